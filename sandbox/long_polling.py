"""`getUpdates`: one long poll at a time."""

import time

from sandbox.changes import Changes
from sandbox.errors import conflict
from sandbox.updates import Update, UpdateQueue

# Between two polls the bot is busy for a moment, but it has not gone away.
GRACE_SECONDS = 2.0


class LongPolling:
    """Hands out updates, and tells an earlier poll that a later one took its place."""

    def __init__(self, queue: UpdateQueue, world_changes: Changes) -> None:
        self._queue = queue
        self._world_changes = world_changes
        self._current: object | None = None
        self._ended_by = ""
        self._last_seen = float("-inf")
        self._closed = False

    @property
    def is_connected(self) -> bool:
        """Whether a bot waits in a long poll, or did a moment ago."""
        return self._current is not None or time.monotonic() - self._last_seen < GRACE_SECONDS

    async def poll(self, *, offset: int, limit: int, seconds: int) -> list[Update]:
        """Confirm, then return waiting updates at once or the next ones within `seconds`."""
        self.interrupt("other getUpdates request; make sure that only one bot instance is running")
        self._queue.confirm(offset)
        was_connected = self.is_connected
        mine = self._current = object()
        if not was_connected:
            self._world_changes.notify()
        try:
            await self._wait_for_news(mine, seconds)
            if self._current is not mine:
                raise conflict(f"terminated by {self._ended_by}")
            return self._queue.first(limit)
        finally:
            if self._current is mine:
                self._current = None
                self._last_seen = time.monotonic()

    def interrupt(self, by: str) -> None:
        """End a waiting poll with 409 Conflict."""
        if self._current is not None:
            self._current = None
            self._ended_by = by
            self._queue.changes.notify()

    def close(self) -> None:
        """End a waiting poll with no updates, and every later one at once."""
        self._closed = True
        self._queue.changes.notify()

    async def _wait_for_news(self, mine: object, seconds: int) -> None:
        def there_is_news() -> bool:
            return bool(len(self._queue)) or self._current is not mine or self._closed

        if there_is_news() or seconds == 0:
            return
        try:
            await self._queue.changes.wait_until(there_is_news, seconds)
        except TimeoutError:
            return
