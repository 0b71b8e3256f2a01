"""Arrivals of updates: whether Telegram is heard of, and which updates wait to be handled."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final

#: Seconds without an answer of Telegram's after which no update can be expected: three long polls.
LONGEST_SILENCE: Final = 75.0
#: Updates that are remembered, at most; Telegram hands out a hundred at a time.
_MOST_REMEMBERED: Final = 1000


class Arrivals:
    """What is known of the way between Telegram and the handlers.

    Whoever fetches or takes updates says so here. A process that stands by for another one does,
    too, as long as it could take over.
    """

    def __init__(
        self, *, silence: float = LONGEST_SILENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`silence` are the seconds that Telegram may say nothing; `clock` gives seconds."""
        self._silence = silence
        self._clock = clock
        self._last: float | None = None
        self._fault: str | None = None
        self._waiting: dict[int, float] = {}
        #: Updates that have come so far, those that came again included.
        self.count = 0
        #: Set once Telegram has answered.
        self.begun = asyncio.Event()
        #: Updates that wait at Telegram, where it has said so.
        self.pending = 0
        #: Whether Telegram is asked for no more updates before older ones are handled.
        self.is_full = False

    def seen(self, update_ids: Iterable[int] = ()) -> None:
        """Note that Telegram has answered or called, with these updates."""
        self._last = now = self._clock()
        self.begun.set()
        for update_id in update_ids:
            self.count += 1
            self._fault = None
            self._waiting.setdefault(update_id, now)
            if len(self._waiting) > _MOST_REMEMBERED:
                del self._waiting[next(iter(self._waiting))]

    def done(self, update_id: int) -> None:
        """Note that an update does not wait here any more."""
        self._waiting.pop(update_id, None)

    def told(self, *, pending: int, fault: str | None) -> None:
        """Note what Telegram says of the webhook: how many wait, and why they do not come."""
        self.seen()
        self.pending = pending
        self._fault = fault

    @property
    def problem(self) -> str | None:
        """Why no update can be expected; None while all is well."""
        if self._fault is not None:
            return self._fault
        if self._last is None:
            return "Telegram has not answered yet"
        if self._silent_for <= self._silence:
            return None
        return self.jam or f"Telegram has not answered for {self._silent_for:.0f} s"

    @property
    def jam(self) -> str | None:
        """Why Telegram has been asked nothing for long; None where it was asked."""
        if not self.is_full or self._silent_for <= self._silence:
            return None
        return (
            f"an update has waited for {self.oldest:.0f} s, and Telegram gives no more before it "
            "is handled"
        )

    @property
    def _silent_for(self) -> float:
        return 0.0 if self._last is None else self._clock() - self._last

    @property
    def waiting(self) -> int:
        """How many updates have come and are not handled yet."""
        return len(self._waiting)

    @property
    def oldest(self) -> float:
        """For how many seconds the oldest of them has waited; 0 without any."""
        return self._clock() - min(self._waiting.values()) if self._waiting else 0.0
