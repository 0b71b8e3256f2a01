"""Delivery queue: answers are sent in order within each chat, beside the work, with retries."""

import asyncio
import logging
from types import TracebackType
from typing import Any, Final, Self

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.methods import TelegramMethod

from bot.telegram.client import TRANSIENT_ERRORS
from bot.telegram.signing import signed

logger = logging.getLogger(__name__)

ATTEMPTS: Final = 6
#: Seconds that a stop waits for answers which are still on their way.
DRAIN_TIMEOUT: Final = 10.0
#: Requests under way at once; Telegram allows about 30 messages a second in all.
CONCURRENCY: Final = 20


class DeliveryQueue:
    """Delivers methods in the background, in order within each chat, trying again when it helps.

    It is in memory, so paying never waits for Telegram, and what is undelivered when the process
    is killed is lost.

    An answer is worth a few attempts, not a besito: what Telegram refuses for good is logged
    and dropped.
    """

    def __init__(self, bot: Bot) -> None:
        """Deliver through `bot`."""
        self._bot = bot
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_of_chat: dict[object, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is on its way, then give up on the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=DRAIN_TIMEOUT)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            logger.warning("stopped with %d answers undelivered", len(late))

    def put(self, method: TelegramMethod[Any]) -> None:
        """Deliver `method` soon; returns at once."""
        chat = getattr(method, "chat_id", None) or id(method)
        task = asyncio.create_task(self._deliver(method, after=self._last_of_chat.get(chat)))
        self._tasks.add(task)
        self._last_of_chat[chat] = task
        task.add_done_callback(lambda done: self._forget(chat, done))

    def _forget(self, chat: object, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last_of_chat.get(chat) is task:
            del self._last_of_chat[chat]

    async def _deliver(self, method: TelegramMethod[Any], after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait([after])
        attempt = 0
        while attempt < ATTEMPTS:
            try:
                async with self._slots:
                    await self._send(method)
            except TelegramMigrateToChat as error:  # the group has become a supergroup
                method = method.model_copy(update={"chat_id": error.migrate_to_chat_id})
                attempt += 1
            except TRANSIENT_ERRORS as error:
                logger.info("%s is tried again: %s", type(method).__name__, error)
                await asyncio.sleep(2**attempt / 4)
                attempt += 1
            except TelegramAPIError as error:
                logger.warning("%s was refused: %s", type(method).__name__, error)
                return
            else:
                return
        logger.warning("%s was given up after %d attempts", type(method).__name__, ATTEMPTS)

    async def _send(self, method: TelegramMethod[Any]) -> None:
        """Send as soon as Telegram takes it; being told to wait is no failed attempt.

        Whoever waits keeps its slot: one busy group takes one, and when all are told to wait, in
        a burst, nobody knocks meanwhile.
        """
        while True:
            try:
                await self._bot(signed(method, self._bot.token))
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            else:
                return
