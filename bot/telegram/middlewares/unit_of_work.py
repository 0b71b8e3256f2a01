"""One update, one transaction, one commit."""

from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, User
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.gamification.economy import StaleAccount
from bot.gamification.member_state import Member
from bot.gamification.members import enter_member
from bot.gamification.moment import Rulebook
from bot.telegram.incoming import without_controls
from bot.telegram.middlewares import Handler

#: Telegram's own account, which forwards channel posts into groups and is no bot to the Bot API.
TELEGRAM: Final = 777000


class UnitOfWork(BaseMiddleware):
    """Gives handlers `economy`, in one transaction, and `member`, the account of who acts.

    A handler that raises changes nothing. Bots and anonymous admins are no members: handlers that
    ask for `member` are not for them.
    """

    def __init__(self, engine: AsyncEngine, rulebook: Rulebook) -> None:
        """Open every transaction on `engine`."""
        self._engine = for_writing(engine)
        self._rulebook = rulebook

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Register who is behind the update, run the rest, commit."""
        try:
            return await self._in_transaction(handler, event, data)
        except StaleAccount:
            # An admin has changed a rule that we had read a moment before: once more by the new.
            self._rulebook.forget()
            return await self._in_transaction(handler, event, data)

    async def _in_transaction(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> Any:
        async with self._engine.begin() as connection:
            economy = await self._rulebook.economy(connection)
            user: User | None = data.get("event_from_user")
            member = None
            if user is not None and not user.is_bot and user.id != TELEGRAM:
                member = await enter_member(connection, _member(user), economy.now.date())
                self._rulebook.problems.name(user.id, member.problems)
            data.update(economy=economy, member=member)
            return await handler(event, data)


def _member(user: User) -> Member:
    return Member(
        user_id=user.id,
        username=without_controls(user.username),
        first_name=without_controls(user.first_name),
        language_code=without_controls(user.language_code),
    )
