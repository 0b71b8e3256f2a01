"""Fault injection: failures of the network and of Telegram, on demand."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.calls import Call
from sandbox.errors import BotApiError

EVERY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure of a call: first the delay, then the error or the lost connection.

    `drop="request"` loses the call before it is carried out, `drop="answer"` afterwards.
    """

    delay: float = 0.0
    error: BotApiError | None = None
    drop: Literal["request", "answer"] | None = None


Hook = Callable[[Call], Awaitable[Fault | None]]


@dataclass(frozen=True, slots=True)
class _PlannedFault:
    method: str
    fault: Fault
    times: int | None


class Faults:
    """Faults for the next `times` calls of a method ("*" for all); `times=None` until cleared.

    A `hook` is asked about each call that no planned fault applies to.
    """

    def __init__(self) -> None:
        self.hook: Hook | None = None
        self._planned: list[_PlannedFault] = []
        self._closing = asyncio.Event()

    def add(self, method: str, fault: Fault, *, times: int | None = 1) -> None:
        """Plan a fault; those of the same method are used up one after the other."""
        self._planned.append(_PlannedFault(method.lower(), fault, times))

    def too_many_requests(
        self, method: str, *, retry_after: int = 1, times: int | None = 1
    ) -> None:
        """Answer 429 with `retry_after` seconds."""
        description = f"Too Many Requests: retry after {retry_after}"
        error = BotApiError(429, description, retry_after=retry_after)
        self.add(method, Fault(error=error), times=times)

    def server_error(self, method: str, *, times: int | None = 1) -> None:
        """Answer 500."""
        self.add(method, Fault(error=BotApiError(500, "Internal Server Error")), times=times)

    def drop(self, method: str, *, times: int | None = 1) -> None:
        """Close the connection without carrying the call out."""
        self.add(method, Fault(drop="request"), times=times)

    def lose_answer(self, method: str, *, times: int | None = 1) -> None:
        """Carry the call out, then close the connection instead of answering."""
        self.add(method, Fault(drop="answer"), times=times)

    def delay(self, method: str, seconds: float, *, times: int | None = 1) -> None:
        """Carry the call out only after so many seconds."""
        self.add(method, Fault(delay=seconds), times=times)

    def clear(self) -> None:
        """Take back every planned fault and the hook."""
        self._planned.clear()
        self.hook = None

    async def take(self, call: Call) -> Fault:
        """Return the fault of this call, an empty one if none is planned, after its delay."""
        fault = self._next(call.method)
        if fault is None and self.hook is not None:
            fault = await self.hook(call)
        fault = fault or Fault()
        if fault.delay:
            await self._pause(fault.delay)
        return fault

    def close(self) -> None:
        """End all delays at once."""
        self._closing.set()

    def _next(self, method: str) -> Fault | None:
        for index, planned in enumerate(self._planned):
            if planned.method not in {method.lower(), EVERY_METHOD}:
                continue
            if planned.times == 1:
                del self._planned[index]
            elif planned.times is not None:
                self._planned[index] = replace(planned, times=planned.times - 1)
            return planned.fault
        return None

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return
