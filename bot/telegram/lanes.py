"""Lanes of updates: one member's in order, those of several members at once."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from types import TracebackType
from typing import Final, Self

from aiogram.dispatcher.middlewares.user_context import UserContextMiddleware
from aiogram.types import Update

from bot.telegram.client import Backoff
from bot.telegram.filters import TELEGRAM

#: Connections of the pool that are left to heartbeat, outbox and health.
SPARE_CONNECTIONS: Final = 2


def concurrency(backend: str, pool_size: int) -> int:
    """Return how many updates are worth working on at once: SQLite has one writer at a time."""
    return max(1, pool_size - SPARE_CONNECTIONS) if backend == "postgresql" else 1


@dataclass(slots=True, eq=False)
class _Lane:
    """The updates of one member, one after the other, each with the number of its arrival."""

    key: Hashable
    waiting: deque[tuple[int, Update]]
    retries: Backoff
    has_failed: bool = False


class Lanes:
    """Works on the first update of several lanes at once, until each is handled.

    One that fails is tried again with growing pauses, in which its own lane stands still and no
    other. The oldest goes first: that is the one that the confirmation of all others waits for.
    Only reactions, for whose payment nobody looks at the chat, let everybody else go first, and
    leave one place free. That cannot keep them waiting for ever: the polling fetches little more
    while an old one is not handled. They also wait for older copies of channel posts, unless these
    fail: whoever reacts to a copy is paid for the post.
    """

    def __init__(
        self, process: Callable[[Update], Awaitable[bool]], stop: asyncio.Event, at_once: int = 1
    ) -> None:
        """`process` at most so many `at_once`, which returns whether an update is handled.

        After `stop` none is begun.
        """
        self._process = process
        self._stop = stop
        self._at_once = at_once
        self._at_work = 0
        self._most_reactions = max(1, at_once - 1)
        self._numbers = count()
        self._lanes: dict[Hashable, _Lane] = {}
        self._ready: list[tuple[bool, int, _Lane]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what is at work; cancel it when the block has failed or this is cancelled."""
        try:
            if kind is None:
                await asyncio.gather(*self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def put(self, update: Update) -> None:
        """Work on `update` after the earlier ones of its lane. Raises what has broken a lane."""
        if self._error is not None:
            raise self._error
        key = lane_of(update)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(key, deque(), Backoff(self._stop))
        lane.waiting.append((next(self._numbers), update))
        if len(lane.waiting) == 1:
            self._queue(lane)

    def _queue(self, lane: _Lane) -> None:
        number, update = lane.waiting[0]
        heappush(self._ready, (update.message_reaction is not None, number, lane))
        self._begin()

    def _begin(self) -> None:
        while self._ready and not self._stop.is_set():
            is_reaction, number, lane = self._ready[0]
            if self._at_work >= (self._most_reactions if is_reaction else self._at_once):
                return
            if is_reaction and self._has_copy_before(number):
                return
            heappop(self._ready)
            self._at_work += 1
            task = asyncio.create_task(self._work(lane))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _has_copy_before(self, number: int) -> bool:
        copies = self._lanes.get(TELEGRAM)
        return copies is not None and not copies.has_failed and copies.waiting[0][0] < number

    async def _work(self, lane: _Lane) -> None:
        _, update = lane.waiting[0]
        try:
            handled = await self._process(update)
        finally:
            self._at_work -= 1
        lane.has_failed = not handled
        if handled:
            lane.waiting.popleft()
            lane.retries.reset()
        else:
            self._begin()  # another lane's, while this one pauses
            await lane.retries.wait()
        if lane.waiting:
            self._queue(lane)
        else:
            del self._lanes[lane.key]
            self._begin()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._error = task.exception()


def lane_of(update: Update) -> Hashable:
    """Return what an update must keep its order with: who acts, else the chat, else nothing."""
    context = UserContextMiddleware.resolve_event_context(update)
    if context.user_id is not None:
        return context.user_id
    return ("update", update.update_id) if context.chat_id is None else ("chat", context.chat_id)
