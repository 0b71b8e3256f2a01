"""Deadline of one statement after the other on a connection, for the price of asking the clock."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

import asyncpg


class Deadline:
    """Ends a connection on which a statement, a `with` block, takes longer than `seconds`.

    A timer for each statement, as asyncpg has it, would cost a tenth of a small transaction. Here
    one timer goes on from statement to statement, and looks at the clock when it ends.
    """

    def __init__(self, seconds: float, end: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """`end` makes what waits in the block fail."""
        self.seconds = seconds
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._until = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        """Begin a statement."""
        self._until = self._loop.time() + self.seconds
        if self._timer is None or self._timer.when() > self._until:  # it was longer before
            self.cancel()
            self._timer = self._loop.call_at(self._until, self._look)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it. Raises `InterfaceError` when it failed because we have ended the connection."""
        self._until = math.inf
        if self._ending is not None and isinstance(error, Exception):
            raise asyncpg.InterfaceError(f"no answer within {self.seconds:g} s") from error

    def cancel(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() >= self._until:
            self._ending = self._loop.create_task(self._end())
        elif self._until < math.inf:
            self._timer = self._loop.call_at(self._until, self._look)
