"""Take the methods that a handler returns, and deliver them once its transaction has committed."""

from typing import Any

from aiogram import BaseMiddleware
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject

from bot.telegram.middlewares import Handler
from bot.telegram.outbox import Outbox


class Answers(BaseMiddleware):
    """Stands outside the transaction: handlers return `message.answer(…)` instead of awaiting."""

    def __init__(self, outbox: Outbox) -> None:
        """Hand every answer to `outbox`."""
        self._outbox = outbox

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Run the rest, then send."""
        result = await handler(event, data)
        methods = result if isinstance(result, list) else [result]
        if not all(isinstance(method, TelegramMethod) for method in methods):
            return result
        for method in methods:
            self._outbox.put(method)
        return None
