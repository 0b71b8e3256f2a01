"""Bot API client, the transient errors of Telegram, and the delays between retries."""

import asyncio
import random
from typing import Final

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

#: They pass by themselves: nobody answers, or an overloaded Telegram (or a proxy before it)
#: answers something else.
TRANSIENT_ERRORS: Final = (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


def create_bot(token: str, api_url: str | None = None) -> Bot:
    """Return a client that writes HTML, to Telegram or to the server at `api_url`."""
    session = AiohttpSession()
    if api_url:
        session.api = TelegramAPIServer.from_base(api_url.rstrip("/"))
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode=ParseMode.HTML))


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
            jitter = random.uniform(0.5, 1)  # noqa: S311 - only spreads the load
            pause, self._pause = self._pause * jitter, min(self._pause * 2, _LONGEST_PAUSE)
        try:
            await asyncio.wait_for(self._stop.wait(), pause)
        except TimeoutError:
            return
