"""One update, one transaction, one commit."""

from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject
from aiogram.types import User as TelegramUser
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.gamification.account import User
from bot.gamification.context import RulesCache
from bot.gamification.ledger import StaleAccount
from bot.gamification.registration import get_or_create_account
from bot.telegram.incoming import without_controls
from bot.telegram.middlewares import Handler

#: Telegram's own account, which forwards channel posts into groups and is no bot to the Bot API.
TELEGRAM: Final = 777000


class UnitOfWork(BaseMiddleware):
    """Gives handlers `economy`, in one transaction, and `member`, the account of who acts.

    A handler that raises changes nothing. Bots and anonymous admins are no members: handlers that
    ask for `member` are not for them.
    """

    def __init__(self, engine: AsyncEngine, rules: RulesCache) -> None:
        """Open every transaction on `engine`."""
        self._engine = for_writing(engine)
        self._rules = rules

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Register who is behind the update, run the rest, commit."""
        try:
            return await self._in_transaction(handler, event, data)
        except StaleAccount:
            # An admin has changed a rule that we had read a moment before: once more by the new.
            self._rules.invalidate()
            return await self._in_transaction(handler, event, data)

    async def _in_transaction(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> Any:
        async with self._engine.begin() as connection:
            economy = await self._rules.economy(connection)
            user: TelegramUser | None = data.get("event_from_user")
            member = None
            if user is not None and not user.is_bot and user.id != TELEGRAM:
                member = await get_or_create_account(connection, _stored(user), economy.now.date())
                self._rules.problems.name(user.id, member.problems)
            data.update(economy=economy, member=member)
            return await handler(event, data)


def _stored(user: TelegramUser) -> User:
    return User(
        user_id=user.id,
        username=without_controls(user.username),
        first_name=without_controls(user.first_name),
        language_code=without_controls(user.language_code),
    )
