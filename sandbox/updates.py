"""The queue of updates that wait for the bot, and the long poll that hands them out."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.changes import Changes
from sandbox.errors import conflict
from sandbox.serializers import Json

ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# Between two polls the bot is busy for a moment, but it has not gone away.
GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Update:
    """One update, as it was at the moment when it happened."""

    id: int
    kind: str
    payload: Json

    def to_json(self) -> Json:
        """Return the `Update` of the Bot API."""
        return {"update_id": self.id, self.kind: self.payload}


class UpdateQueue:
    """Keeps unconfirmed updates and decides which kinds the bot asked for."""

    def __init__(self, first_id: int = 1) -> None:
        self.changes = Changes()
        self._pending: deque[Update] = deque()
        self._next_id = first_id
        self._asked_for: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Count the updates that the bot has not confirmed."""
        return len(self._pending)

    @property
    def allowed_updates(self) -> tuple[str, ...]:
        """The kinds the bot asked for; empty means all but those on request only."""
        return self._asked_for

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Change the kinds for updates from now on; None keeps the setting, empty resets it."""
        if kinds is not None:
            self._asked_for = tuple(kinds)

    def put(self, kind: str, payload: Json) -> Update | None:
        """Queue an update; None when the bot did not ask for this kind."""
        wanted = kind in self._asked_for if self._asked_for else kind not in ON_REQUEST_ONLY
        if not wanted:
            return None
        update = Update(self._next_id, kind, payload)
        self._next_id += 1
        self._pending.append(update)
        self.changes.notify()
        return update

    def confirm(self, offset: int) -> None:
        """Forget updates below a positive offset; a negative one keeps only the last `-offset`."""
        if offset > 0:
            while self._pending and self._pending[0].id < offset:
                self._pending.popleft()
        elif offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()

    def first(self, limit: int) -> list[Update]:
        """Return the oldest unconfirmed updates."""
        return [self._pending[index] for index in range(min(limit, len(self._pending)))]

    def clear(self) -> None:
        """Forget everything that waits (`drop_pending_updates`)."""
        self._pending.clear()


class LongPolling:
    """Hands out updates, and tells an earlier poll that a later one took its place."""

    def __init__(self, queue: UpdateQueue, state_changes: Changes) -> None:
        self._queue = queue
        self._state_changes = state_changes
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
            self._state_changes.notify()
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
