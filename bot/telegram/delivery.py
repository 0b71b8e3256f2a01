"""Delivery queue: answers are sent in order within each chat, beside the work, with retries."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from aiogram import Bot
from aiogram.methods import EditMessageReplyMarkup, EditMessageText, TelegramMethod

from bot.monitoring.metrics import Metrics
from bot.telegram.announcements import ClaimedEdit
from bot.telegram.sending import Answer, Sender, TooLate
from bot.throttle import Throttle

logger = logging.getLogger(__name__)

#: Seconds that a stop waits for answers which are still on their way.
DRAIN_TIMEOUT: Final = 3.0
#: Answers that wait for one chat, at most; Telegram takes 20 a minute in a group.
MOST_WAITING: Final = 50
#: Edits of which a later one of the same kind leaves nothing to see.
_OVERWRITING: Final[tuple[type[EditMessageText | EditMessageReplyMarkup], ...]] = (
    EditMessageText,
    EditMessageReplyMarkup,
)


@dataclass(slots=True, eq=False)
class _Lane:
    """The answers to one chat, one after the other."""

    waiting: deque[Answer] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class DeliveryQueue:
    """Delivers methods in the background, in order within each chat, trying again when it helps.

    It is in memory, so paying never waits for Telegram, and an ordinary answer that is undelivered
    when the process is killed is lost; a `Notice` is not. A chat that must wait holds up nobody
    else: it has no slot meanwhile. Answers to presses belong to no chat and have slots of their
    own.

    An answer is worth a few attempts, not a besito: what Telegram refuses for good, and what has
    waited for too long, is logged and dropped. What may have been delivered is not sent again.
    """

    def __init__(
        self,
        bot: Bot,
        *,
        clock: Callable[[], float] = time.monotonic,
        metrics: Metrics | None = None,
    ) -> None:
        """Deliver through `bot`, and count it in `metrics`."""
        self.metrics = metrics or Metrics()
        self.metrics.answers_waiting.set_function(self.__len__)
        self._sender = Sender(bot, clock, self.metrics.answers)
        self._clock = clock
        self._lanes: dict[object, _Lane] = {}
        self._open: set[Answer] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._drops = Throttle(clock=clock)
        #: Answers that have waited for too long, or came when too many waited.
        self.dropped = 0

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
        try:
            async with asyncio.timeout(DRAIN_TIMEOUT):
                await self._idle.wait()
        except TimeoutError:
            logger.warning("stopped with %d answers undelivered", len(self))
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __len__(self) -> int:
        """Count what is not delivered yet."""
        return len(self._open)

    def stored_ids(self) -> set[int]:
        """Return the ids in the outbox of the messages that are waiting here."""
        return {one.stored.id for one in self._open if one.stored}

    def put(self, method: TelegramMethod[Any]) -> None:
        """Deliver `method` soon; returns at once."""
        answer = Answer(method, self._clock())
        chat = getattr(method, "chat_id", None) or answer
        lane = self._lanes.setdefault(chat, _Lane())
        self._drop_outdated(lane, method)
        if len(lane.waiting) >= MOST_WAITING:
            self._drop(answer)
            return
        self._open.add(answer)
        self._idle.clear()
        lane.waiting.append(answer)
        if lane.task is None:
            lane.task = asyncio.create_task(self._deliver_all(chat, lane))

    def _drop_outdated(self, lane: _Lane, method: TelegramMethod[Any]) -> None:
        """Forget what `method` would overwrite anyway: several presses turn the same page.

        Of presses below a post, the last alone says how many they are.
        """
        if not isinstance(method, _OVERWRITING) or isinstance(method, ClaimedEdit):
            return
        kind = next(kind for kind in _OVERWRITING if isinstance(method, kind))
        for waiting in list(lane.waiting):
            edit = waiting.method
            if isinstance(edit, kind) and edit.message_id == method.message_id:
                lane.waiting.remove(waiting)
                self._done(waiting)

    async def _deliver_all(self, chat: object, lane: _Lane) -> None:
        try:
            while lane.waiting:
                answer = lane.waiting.popleft()
                try:
                    await self._deliver(answer)
                except TooLate:
                    self._drop(answer)
                except Exception:
                    logger.exception("%s is lost", type(answer.method).__name__)
                finally:
                    self._done(answer)
        finally:
            del self._lanes[chat]

    def _done(self, answer: Answer) -> None:
        self._open.discard(answer)
        if not self._open:
            self._idle.set()

    def _drop(self, answer: Answer) -> None:
        if answer.stored:  # the outbox still has it
            return
        self.dropped += 1
        self.metrics.answers.labels("dropped").inc()
        if count := self._drops.due():
            logger.warning("answers were dropped, for their chats keep them waiting: %d", count)

    async def _deliver(self, answer: Answer) -> None:
        while (pause := await self._sender.attempt(answer)) is not None:
            if self._clock() + pause - answer.since > answer.longest_wait:
                self._drop(answer)
                self._done(answer)  # a stop need not wait for the pause
                await asyncio.sleep(pause)
                return
            await asyncio.sleep(pause)
