"""What passes by itself when Telegram is asked again, and how long to wait before that."""

import asyncio
from typing import Final

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

#: Nobody answers, or an overloaded Telegram (or a proxy before it) says something else.
PASSING: Final = (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


class Backoff:
    """Pauses that grow from half a second to half a minute; a stop ends them."""

    def __init__(self, stop: asyncio.Event) -> None:
        """Pause no longer than until `stop` is set."""
        self._stop = stop
        self._pause = _FIRST_PAUSE

    def reset(self) -> None:
        """Begin with short pauses again: something has worked."""
        self._pause = _FIRST_PAUSE

    async def wait(self, error: BaseException | None = None) -> None:
        """Pause longer each time, or as long as Telegram's `error` says."""
        if isinstance(error, TelegramRetryAfter):
            pause: float = error.retry_after
        else:
            pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE)
        try:
            await asyncio.wait_for(self._stop.wait(), pause)
        except TimeoutError:
            return
