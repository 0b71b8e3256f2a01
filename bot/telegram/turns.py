"""Turns at polling: of several processes with one token one polls, and the others stand by."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backoff import delays, sleep_unless
from bot.database.errors import reason
from bot.database.session_lock import SessionLock, session_lock
from bot.shutdown import in_background

logger = logging.getLogger(__name__)

#: Seconds between two looks whether the other process is still there, and whether we have the lock.
INTERVAL: Final = 2.0
#: Seconds between two attempts to connect, at first and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0

Poll = Callable[[asyncio.Event], Awaitable[None]]


class Turns:
    """Lets the process poll that holds a lock in their common PostgreSQL database.

    Telegram tells one of two pollers that it is one too many, now this one and now the other. With
    SQLite, and behind a pooler, which has no sessions, that is all they hear.
    """

    def __init__(self, engine: AsyncEngine, bot_id: int, stop: asyncio.Event) -> None:
        """Take turns with whoever polls for `bot_id` on the database of `engine`, until `stop`."""
        self._url = engine.url
        self._name = f"besitos polling {bot_id}"
        self._stop = stop
        self._pauses = delays(first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        self._lost = False
        self.standing_by = False

    async def run(self, poll: Poll) -> None:
        """Poll while it is our turn; `poll` ends by itself when the event that it gets is set."""
        if self._url.get_backend_name() != "postgresql":
            await poll(self._stop)
        while not self._stop.is_set():
            try:
                async with session_lock(self._url, self._name) as lock:
                    await self._take_turn(lock, poll)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("polling waits for its lock in the database: %s", reason(error))
                await sleep_unless(self._stop, next(self._pauses))

    async def _take_turn(self, lock: SessionLock, poll: Poll) -> None:
        if lock.is_pooled:
            await poll(self._stop)
            return
        while not await lock.take():
            if not self.standing_by:
                logger.info(
                    "another process polls for this bot; this one stands by, and takes over when "
                    "that one ends"
                )
            self.standing_by = True
            if await sleep_unless(self._stop, INTERVAL):
                return
        if self.standing_by:
            logger.info("the other process has ended; this one takes over and polls")
        elif self._lost:
            logger.info("the lock is back, and polling goes on")
        self.standing_by = self._lost = False
        self._pauses = delays(first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        over = asyncio.Event()
        async with in_background(self._watch(lock, over)):
            await poll(over)

    async def _watch(self, lock: SessionLock, over: asyncio.Event) -> None:
        """Set `over` at the stop, and as soon as the lock may be another's."""
        try:
            while not await sleep_unless(self._stop, INTERVAL):
                await lock.check()
        except (SQLAlchemyError, OSError) as error:
            self._lost = True
            logger.warning("polling stops, since its lock is lost: %s", reason(error))
        finally:
            over.set()
