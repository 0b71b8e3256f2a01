"""The queue of updates that wait for the bot."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.changes import Changes
from sandbox.shapes import Json

ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


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
