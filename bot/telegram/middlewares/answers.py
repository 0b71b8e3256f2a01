"""Take the method that a handler returns, and deliver it once its transaction has committed."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject

from bot.telegram.outbox import Outbox


class Answers(BaseMiddleware):
    """Stands outside the transaction: handlers return `message.answer(…)` instead of awaiting."""

    def __init__(self, outbox: Outbox) -> None:
        """Hand every answer to `outbox`."""
        self._outbox = outbox

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest, then send."""
        result = await handler(event, data)
        if not isinstance(result, TelegramMethod):
            return result
        self._outbox.put(result)
        return None
