"""A gate between the handlers and the commit."""

import asyncio
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.types import TelegramObject


class Gate(BaseMiddleware):
    """Stands around every handler: lets updates through one by one, or fails as it is told to."""

    def __init__(self) -> None:
        """Open."""
        self.errors: list[Exception] = []
        #: Whose updates fail, everybody's unless set.
        self.whose: int | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.reached = asyncio.Event()
        self.entered = 0

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Fail after the work was done and before it is committed, or go on."""
        self.entered += 1
        result = await handler(event, data)
        self.reached.set()
        await self.open.wait()
        if self.errors and self.whose in {None, data["event_from_user"].id}:
            raise self.errors.pop(0)
        return result
