"""One update, one transaction, one commit."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, User
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.transaction import write_transaction
from bot.gamification.members import Member, register_member


class UnitOfWork(BaseMiddleware):
    """Gives handlers a `connection` in a transaction in which the member is registered.

    A handler that raises changes nothing.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Open every transaction on `engine`."""
        self._engine = engine

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Register who is behind the update, run the rest, commit."""
        async with write_transaction(self._engine) as connection:
            user: User | None = data.get("event_from_user")
            if user is not None and not user.is_bot:
                await register_member(connection, _member(user))
            return await handler(event, {**data, "connection": connection})


def _member(user: User) -> Member:
    return Member(
        user_id=user.id,
        username=user.username,
        first_name=user.first_name,
        language_code=user.language_code,
    )
