"""Throttling of what strangers can cause without end, such as log lines."""

import time
from collections.abc import Callable
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
