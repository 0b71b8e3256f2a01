"""One attempt to send an answer: its slot, its place in the outbox, and what comes of it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramMigrateToChat,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from prometheus_client import Counter

from bot.database.errors import DatabaseError
from bot.database.outbox import StoredMessage
from bot.telegram.announcements import Announcements, JoinedEdit
from bot.telegram.client import (
    TRANSIENT_ERRORS,
    is_out_of_reach,
    is_repeatable,
    is_shown_already,
    may_be_delivered,
    retry_after,
)
from bot.telegram.methods import LatePhoto, Notice, for_chat
from bot.telegram.signing import signed

logger = logging.getLogger(__name__)

ATTEMPTS: Final = 6
#: Requests under way at once; Telegram allows about 30 messages a second in all.
CONCURRENCY: Final = 20
#: Seconds after which a request is slow, and others may go beside it; and so many at most.
SLOW: Final = 3.0
MOST_SLOW: Final = 100
#: Seconds after which nobody waits for an answer any more, nor for that to a pressed button.
LONGEST_WAIT: Final = 120.0
LONGEST_PRESS: Final = 15.0


class TooLate(Exception):
    """Nobody waits for the answer any more."""


@dataclass(slots=True, eq=False)
class Answer:
    """A method on its way, and since when (seconds of the queue's clock)."""

    method: TelegramMethod[Any]
    since: float
    attempts: int = 0
    #: Whether an attempt may have been carried out, so that a refusal is no news.
    unclear: bool = False
    #: By which edit that was, if by one that joins an announcement.
    edit: JoinedEdit | None = None
    taken: bool = False
    #: Whether the member has to write to the bot first.
    unreachable: bool = False

    @property
    def stored(self) -> StoredMessage | None:
        return self.method.stored if isinstance(self.method, Notice) else None

    @property
    def longest_wait(self) -> float:
        if self.stored:
            return float("inf")
        return LONGEST_PRESS if isinstance(self.method, AnswerCallbackQuery) else LONGEST_WAIT


class Slots:
    """Requests under way at once. One that turns out to be slow makes room for another."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)
        self._slow = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        await self._free.acquire()
        slow = False

        def give_way() -> None:
            nonlocal slow
            if self._slow < MOST_SLOW:
                slow = True
                self._slow += 1
                self._free.release()

        timer = asyncio.get_running_loop().call_later(SLOW, give_way)
        try:
            yield
        finally:
            timer.cancel()
            if slow:
                self._slow -= 1
            else:
                self._free.release()


class Sender:
    """Sends answers, so many at once; presses have slots of their own."""

    def __init__(self, bot: Bot, clock: Callable[[], float], answers: Counter) -> None:
        """Send through `bot`; `answers` counts them by outcome."""
        self._bot = bot
        self._answers = answers
        self._clock = clock
        self._slots = Slots(CONCURRENCY)
        self._press_slots = Slots(CONCURRENCY)
        # The updates need the database's connections more than the outbox does.
        self._outbox_turn = asyncio.Lock()
        self._announcements = Announcements(clock)

    async def attempt(self, answer: Answer) -> float | None:
        """Send once; return the seconds until the next attempt, None when there is none.

        Raises `TooLate` when its turn comes after anybody waits for it.
        """
        press = isinstance(answer.method, AnswerCallbackQuery)
        async with (self._press_slots if press else self._slots).one():
            if self._clock() - answer.since > answer.longest_wait:
                raise TooLate
            if not await self._take(answer):
                return None
            pause = await self._send(answer)
        await self._give_back_or_finish(answer, again=pause is not None)
        return pause if answer.attempts < ATTEMPTS else None

    async def _send(self, answer: Answer) -> float | None:
        """Return the seconds until Telegram may take it; None when it has, or never will."""
        if isinstance(answer.method, LatePhoto):
            answer.method = await answer.method.made(self._bot)
        # An edit that may have been carried out stays that edit, or it would be told twice.
        method = answer.edit or self._announcements.method_for(answer.method)
        try:
            if method is not None:
                await self._call(method)
        except TelegramMigrateToChat as error:
            return self._pause_after_move(answer, error)
        except TelegramRetryAfter as error:  # no failed attempt
            return retry_after(error)
        except TRANSIENT_ERRORS as error:
            if may_be_delivered(error):
                if not is_repeatable(method or answer.method):
                    name = type(answer.method).__name__
                    logger.info("%s may have been delivered: %s", name, error)
                    self._answers.labels("sent").inc()
                    return None
                answer.edit = method if isinstance(method, JoinedEdit) else None
                answer.unclear = True
            return self._next_pause(answer, method, error)
        except TelegramAPIError as error:
            return self._pause_after_refusal(answer, method, error)
        self._answers.labels("sent").inc()
        return None

    async def _call(self, method: TelegramMethod[Any]) -> None:
        result: object = None
        try:
            result = await self._bot(signed(method, self._bot.token))
        except TelegramBadRequest as error:
            if not is_shown_already(error):  # by an attempt before, or as it was pressed twice
                raise
        self._announcements.shown(method, result)

    def _pause_after_move(self, answer: Answer, error: TelegramMigrateToChat) -> float | None:
        """Send to the supergroup that the group has become, which numbers its messages anew."""
        moved = for_chat(answer.method, error.migrate_to_chat_id)
        if moved is None or answer.unclear:  # which the group, and so the supergroup, may show
            logger.info("%s was dropped: %s", type(answer.method).__name__, error)
            self._answers.labels("refused").inc()
            return None
        answer.method = moved
        answer.attempts += 1
        return 0.0

    def _pause_after_refusal(
        self, answer: Answer, method: TelegramMethod[Any] | None, error: TelegramAPIError
    ) -> float | None:
        """Return 0 where there is another way to say it, else None."""
        if answer.stored and not answer.unclear and isinstance(error, TelegramUnauthorizedError):
            return self._next_pause(answer, method, error)  # with another token it is sent yet
        is_joining = self._announcements.forget(method) and not answer.unclear
        if is_joining or self._may_go_elsewhere(answer, error):
            return 0.0
        level = logging.INFO if answer.unclear else logging.WARNING
        logger.log(level, "%s was refused: %s", type(answer.method).__name__, error)
        self._answers.labels("refused").inc()
        return None

    @staticmethod
    def _may_go_elsewhere(answer: Answer, error: TelegramAPIError) -> bool:
        """Address a refused notice elsewhere; note when its member cannot be reached."""
        notice = answer.method
        if not isinstance(notice, Notice) or answer.unclear:
            return False
        if notice.member_id is None:  # a digest: where its topic is gone, the chat is not
            if notice.message_thread_id is None:
                return False
            answer.method = notice.model_copy(update={"message_thread_id": None})
            return True
        if notice.chat_id != notice.member_id:
            logger.info("a notice goes to its member in private: %s", error)
            answer.method = notice.in_private()
            return True
        answer.unreachable = is_out_of_reach(error)
        return False

    def _next_pause(
        self, answer: Answer, method: TelegramMethod[Any] | None, error: AiogramError
    ) -> float:
        name = type(answer.method).__name__
        answer.attempts += 1
        if answer.attempts < ATTEMPTS:
            logger.info("%s is tried again: %s", name, error)
        else:
            logger.warning("%s was given up after %d attempts: %s", name, ATTEMPTS, error)
            self._answers.labels("given_up").inc()
            self._announcements.forget(method)  # nobody knows what it shows now
        return float(2**answer.attempts / 8)

    async def _take(self, answer: Answer) -> bool:
        """Whether it is ours to send: an ordinary answer is, a notice if nobody else has it."""
        if answer.stored is None or answer.taken:
            return True
        try:
            async with self._outbox_turn:
                answer.taken = await answer.stored.take()
        except DatabaseError as error:
            logger.warning("a notice waits: %s", error)
        return answer.taken

    async def _give_back_or_finish(self, answer: Answer, *, again: bool) -> None:
        if answer.stored is None:
            return
        if again and answer.unclear and answer.attempts < ATTEMPTS:
            return  # it stays ours: whoever else took it might tell it twice
        try:
            async with self._outbox_turn:
                if again and not answer.unclear:
                    await answer.stored.give_back()
                    answer.taken = False
                elif answer.unreachable:
                    await answer.stored.keep_for_member()
                else:
                    await answer.stored.finish()
        except DatabaseError as error:
            # It stays taken: better not told by another process than told twice.
            logger.warning("the outbox could not be brought up to date: %s", error)
