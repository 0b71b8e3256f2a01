"""Read what seldom changes at most every few seconds."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

#: Seconds after which a change is read again: well within the promised ten, on every replica.
TIME_TO_LIVE: Final = 5.0

T = TypeVar("T")


class TtlCache(Generic[T]):
    """Remembers what `read` returned, for `TIME_TO_LIVE` seconds or until told to forget it."""

    def __init__(
        self,
        read: Callable[[AsyncConnection], Awaitable[T]],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` gives seconds."""
        self._read = read
        self._clock = clock
        self._value: T | None = None
        self._read_at = 0.0

    async def get(self, connection: AsyncConnection) -> T:
        """Return the value, at most `TIME_TO_LIVE` seconds old."""
        now = self._clock()
        if self._value is None or now - self._read_at >= TIME_TO_LIVE:
            self._value = await self._read(connection)
            self._read_at = now
        return self._value

    def invalidate(self) -> None:
        """Read again next time: something has changed here and now."""
        self._value = None
