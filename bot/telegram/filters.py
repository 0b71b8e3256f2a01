"""Who a handler is for."""

from aiogram.filters import Filter
from aiogram.types import TelegramObject

from bot.gamification.member_state import MemberState


class IsMember(Filter):
    """Lets people pass; bots, channels and anonymous admins have no account."""

    async def __call__(self, _event: TelegramObject, member: MemberState | None) -> bool:
        """Look for the account that the middleware found."""
        return member is not None
