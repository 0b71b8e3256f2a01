"""Failures on demand: what the network and Telegram do to a bot on a bad day."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.calls import Call
from sandbox.errors import BotApiError

EVERY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """What shall happen to a call: first the delay, then the error or the lost connection.

    `drop="request"` loses the call before it is carried out, `drop="answer"` afterwards.
    """

    delay: float = 0.0
    error: BotApiError | None = None
    drop: Literal["request", "answer"] | None = None


Hook = Callable[[Call], Awaitable[Fault | None]]


@dataclass(frozen=True, slots=True)
class _Order:
    method: str
    fault: Fault
    times: int | None


class Faults:
    """Faults for the next `times` calls of a method ("*" for all); `times=None` until cleared.

    A `hook` is asked about each call that no ordered fault applies to.
    """

    def __init__(self) -> None:
        self.hook: Hook | None = None
        self._orders: list[_Order] = []
        self._closing = asyncio.Event()

    def add(self, method: str, fault: Fault, *, times: int | None = 1) -> None:
        """Order a fault; orders of the same method are used up one after the other."""
        self._orders.append(_Order(method.lower(), fault, times))

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
        """Take back every order and the hook."""
        self._orders.clear()
        self.hook = None

    async def take(self, call: Call) -> Fault:
        """Return what shall happen to this call, its delay already over."""
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
        for index, order in enumerate(self._orders):
            if order.method not in {method.lower(), EVERY_METHOD}:
                continue
            if order.times == 1:
                del self._orders[index]
            elif order.times is not None:
                self._orders[index] = replace(order, times=order.times - 1)
            return order.fault
        return None

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return
