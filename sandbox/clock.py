"""Clock of the stage: the machine's, or some days ahead of it."""

import time
from collections.abc import Callable

DAY = 86_400


class StageClock:
    """Gives the unix time of the stage, on which people can go on to the next day at once."""

    def __init__(self, days_ahead: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.days_ahead = days_ahead
        self._clock = clock

    def __call__(self) -> float:
        """Return the unix time in seconds."""
        return self._clock() + self.days_ahead * DAY

    def go_to_tomorrow(self) -> None:
        """Let it be the same time on the next day."""
        self.days_ahead += 1
