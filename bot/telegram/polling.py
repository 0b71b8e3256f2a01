"""Long polling that confirms an update only after its transaction has committed.

aiogram's own, with `handle_as_tasks=False`, awaits each update as well. A loop of our own is for
what it does otherwise: it works on one update at a time; it confirms an update that has failed,
whatever the reason; it fetches one that aiogram cannot parse for ever; SIGTERM cancels the update
at work; and the last offset is not confirmed when it stops.

Telegram knows one number, the offset: all below is confirmed, and whatever is not comes again with
each answer, a hundred updates at most. So the offset moves only past the longest row of handled
updates, and those behind it that are at work or handled already are recognized.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any, Final

from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import ValidationError

from bot.backoff import delays, sleep_unless
from bot.errors import error_locations
from bot.shutdown import unless_stopped
from bot.telegram.client import Backoff
from bot.telegram.errors import process_update
from bot.telegram.lanes import Lanes

logger = logging.getLogger(__name__)

#: Seconds that Telegram holds a request open while there is nothing to say.
LONG_POLL: Final = 25
#: Updates that Telegram gives at once, and so all that are fetched and not confirmed.
MOST_FETCHED: Final = 100
#: With more waiting at Telegram, so much room is worth asking again at once: at first, when what
#: waits may be somebody's question, and at most, when it is a long row that answers only repeat.
_FIRST_ROOM, _MOST_ROOM = 5, 25
#: Seconds between two looks for something new while something old is at work: at first, at most.
_FIRST_LOOK, _LONGEST_LOOK = 0.1, 1.0


class Polling:
    """Fetches updates and feeds them to the dispatcher, several members' at once."""

    def __init__(
        self, dispatcher: Dispatcher, bot: Bot, stop: asyncio.Event, *, at_once: int = 1
    ) -> None:
        """Poll until `stop` is set; up to `at_once` updates at work then are finished first."""
        self._dispatcher = dispatcher
        self._bot = bot
        self._stop = stop
        self._allowed_updates = dispatcher.resolve_used_update_types()
        self._lanes = Lanes(self._process, stop, at_once)
        #: What Telegram will send again, in its order, and whether it is handled.
        self._unconfirmed: dict[int, bool] = {}
        self._offset: int | None = None
        self._room_wanted: int | None = None
        self._progress = asyncio.Event()
        self._looks = _looks()
        self._webhook_deleted = False
        self._arrivals = dispatcher["arrivals"]
        self._backoff = Backoff(stop)

    async def run(self) -> None:
        """Poll until told to stop.

        Raises `TelegramUnauthorizedError` when the token is not (or no longer) valid.
        """
        async with self._lanes:
            while not self._stop.is_set():
                await self._until_worthwhile()
                await unless_stopped(self._fetch(), self._stop)
        await self._confirm()
        self._arrivals.is_full = False

    async def _until_worthwhile(self) -> None:
        """Wait while Telegram would only repeat what is at work, and that at once."""
        now = asyncio.get_running_loop().time
        look_at = now() + next(self._looks)
        self._settle()
        while self._unconfirmed and not self._stop.is_set():
            room = MOST_FETCHED - len(self._unconfirmed)
            left = look_at - now()
            wanted = self._room_wanted
            if room and (left <= 0 or (wanted is not None and room >= wanted)):
                return
            self._progress.clear()
            pause = sleep_unless(self._progress, left if room else LONG_POLL)
            await unless_stopped(pause, self._stop)
            self._settle()

    def _settle(self) -> None:
        """Move the offset past what is handled; never while a request with the old one is open."""
        for update_id, handled in list(self._unconfirmed.items()):
            if not handled:
                break
            del self._unconfirmed[update_id]
            self._offset = update_id + 1
        self._arrivals.is_full = len(self._unconfirmed) >= MOST_FETCHED

    async def _fetch(self) -> None:
        try:
            if not self._webhook_deleted:
                # Telegram refuses getUpdates while a webhook is set, and nobody else deletes it.
                self._webhook_deleted = await self._bot.delete_webhook()
            raw_updates = await self._get_updates(
                # The first comes back at once, and says that updates can be had.
                LONG_POLL if self._arrivals.begun.is_set() else 0
            )
        except TelegramUnauthorizedError:
            raise
        except ClientDecodeError:
            logger.warning("updates could not be fetched: that is not Telegram's answer")
            await self._backoff.wait()
        except AiogramError as error:
            logger.warning("updates could not be fetched: %s", _worded(error))
            await self._backoff.wait(error)
        else:
            self._backoff.reset()
            self._arrivals.seen()
            for raw in raw_updates:
                if self._take(raw):
                    await asyncio.sleep(0)  # it is at work while the next one is read
            self._want_room(more_waits=len(raw_updates) >= MOST_FETCHED)

    def _want_room(self, *, more_waits: bool) -> None:
        before, self._room_wanted = self._room_wanted, None
        if more_waits:
            self._room_wanted = _FIRST_ROOM if before is None else min(2 * before, _MOST_ROOM)

    async def _get_updates(self, timeout: int, limit: int | None = None) -> list[dict[str, Any]]:
        """Return updates as they came, up to the first thing that is none."""
        method = GetRawUpdates(
            offset=self._offset,
            limit=limit,
            timeout=timeout,
            allowed_updates=self._allowed_updates,
        )
        answer = await self._bot(method, request_timeout=timeout + 15)
        updates = list(takewhile(_has_id, answer))
        if answer and not updates:
            raise ClientDecodeError("No update", ValueError(), answer)
        return updates

    def _take(self, raw: dict[str, Any]) -> bool:
        """Take an update, unless we have it; skip it when aiogram cannot read it.

        Telegram may send what this aiogram does not know yet, and would for ever. Returns whether
        there is work to do for it now.
        """
        update_id = raw["update_id"]
        if update_id in self._unconfirmed:
            return False
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
        except ValidationError as error:
            logger.error(  # noqa: TRY400 - a trace through pydantic says nothing
                "update %d is skipped, since aiogram cannot read it (%s); a newer aiogram may",
                update_id,
                error_locations(error),
            )
            self._unconfirmed[update_id] = True
            self._dispatcher["metrics"].updates.labels("given_up").inc()
            return False
        self._unconfirmed[update_id] = False
        self._arrivals.seen([update_id])
        self._looks = _looks()
        self._lanes.put(update)
        return True

    async def _process(self, update: Update) -> bool:
        """Process one update; return whether it is done with, so that the next may follow."""
        done = await process_update(self._dispatcher, self._bot, update)
        if done:
            self._unconfirmed[update.update_id] = True
            self._progress.set()
        return done

    async def _confirm(self) -> None:
        """Tell Telegram what is done, so that the next start does not get it again."""
        self._settle()
        if self._offset is None:
            return
        try:
            await self._get_updates(timeout=0, limit=1)
        except AiogramError as error:
            # Harmless: what comes again is recognized and not paid again.
            logger.warning("the last updates could not be confirmed: %s", error)


class GetRawUpdates(TelegramMethod[list[Any]]):
    """`getUpdates`, which leaves to us what of its answer is worth reading.

    Most of it may be updates that we have; and one that aiogram cannot read spoils no other.
    """

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


def _has_id(update: object) -> bool:
    """Whether it can be skipped, at least, by whoever cannot read it."""
    return isinstance(update, Mapping) and type(update.get("update_id")) is int


def _looks() -> Iterator[float]:
    return delays(first=_FIRST_LOOK, longest=_LONGEST_LOOK)


def _worded(error: AiogramError) -> str:
    """Say what to do where Telegram knows but one who may fetch."""
    if not isinstance(error, TelegramConflictError):
        return str(error)
    if "webhook" in error.message:
        return (
            "another process has set a webhook for this bot; end that process and start this one "
            "again, or set WEBHOOK_URL here, too"
        )
    return (
        "another process polls with the same BOT_TOKEN, and Telegram lets only one; end one of "
        "them, or give both the same PostgreSQL database, where the second stands by"
    )
