"""Bounds on how often something is said or done that strangers can cause without end."""

import time
from collections.abc import Callable, Hashable
from typing import Final

MINUTE: Final = 60.0


class Throttle:
    """Counts what happens, and is due at once and then at most once a `period` of seconds."""

    def __init__(
        self, period: float = MINUTE, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._period = period
        self._clock = clock
        self._next = float("-inf")
        #: How often it has happened since it was due last.
        self.pending = 0

    def due(self) -> int:
        """Count one more; return how many there were since this was due last, 0 if it is not."""
        self.pending += 1
        now = self._clock()
        if now < self._next:
            return 0
        count, self.pending = self.pending, 0
        self._next = now + self._period
        return count


class Allowance:
    """Allows each key so many at once, `burst`, and then one more every `period` seconds."""

    def __init__(
        self, burst: int, period: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._period = period
        self._clock = clock
        #: When all that a key has used will have come back; keys whose has are not kept.
        self._used_until: dict[Hashable, float] = {}
        self._prune_at = _FEWEST_KEYS

    def use(self, key: Hashable) -> bool:
        """Use one; return False when there is none left."""
        now = self._clock()
        until = max(self._used_until.get(key, now), now)
        if until - now > (self._burst - 1) * self._period:
            return False
        self._used_until[key] = until + self._period
        if len(self._used_until) >= self._prune_at:
            self._prune(now)
        return True

    def give_back(self, key: Hashable) -> None:
        """Undo one use: nothing came of it."""
        if key in self._used_until:
            self._used_until[key] -= self._period

    def __len__(self) -> int:
        """Count the keys that are kept."""
        return len(self._used_until)

    def _prune(self, now: float) -> None:
        used = {key: until for key, until in self._used_until.items() if until > now}
        self._used_until = used
        self._prune_at = max(_FEWEST_KEYS, 2 * len(used))


_FEWEST_KEYS: Final = 1000
