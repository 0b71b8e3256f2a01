"""Fault injection: failures of the network and of Telegram, on demand."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.calls import Call
from sandbox.errors import BotApiError

EVERY_METHOD = "*"
#: A name that a message was forwarded from, without the name: no client can read it.
_UNREADABLE = {"forward_origin": {"type": "hidden_user", "date": 1}}
#: What proxies answer, with a byte that is no UTF-8.
_WEB_PAGE = "<html><h1>502 Puerta de enlace no v\u00e1lida</h1></html>".encode("latin-1")


@dataclass(frozen=True, slots=True)
class StrangeAnswer:
    """What comes instead of an answer, as it is."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure of a call: first the delay, then the error or the lost connection.

    `drop="request"` loses the call before it is carried out, `drop="answer"` afterwards. A
    `strange` answer comes instead of the real one, or instead of carrying out with
    `drop="request"`; it may be made of the real one.
    """

    delay: float = 0.0
    error: BotApiError | None = None
    drop: Literal["request", "answer"] | None = None
    strange: Callable[[object], StrangeAnswer] | None = None


Hook = Callable[[Call], Awaitable[Fault | None]]


@dataclass(frozen=True, slots=True)
class _PlannedFault:
    method: str
    fault: Fault
    times: int | None
    chat: int | None = None

    def applies_to(self, call: Call) -> bool:
        chat = call.parameters.get("chat_id")
        return self.method in {call.method.lower(), EVERY_METHOD} and (
            self.chat is None or str(self.chat) == str(chat)
        )


class Faults:
    """Faults for the next `times` calls of a method ("*" for all); `times=None` until cleared.

    A `hook` is asked about each call that no planned fault applies to.
    """

    def __init__(self) -> None:
        self.hook: Hook | None = None
        self._planned: list[_PlannedFault] = []
        self._closing = asyncio.Event()

    def add(
        self, method: str, fault: Fault, *, times: int | None = 1, chat: int | None = None
    ) -> None:
        """Plan a fault, for one `chat` if given; those that apply are used up one by one."""
        self._planned.append(_PlannedFault(method.lower(), fault, times, chat))

    def too_many_requests(
        self,
        method: str,
        *,
        retry_after: int = 1,
        times: int | None = 1,
        chat: int | None = None,
    ) -> None:
        """Answer 429 with `retry_after` seconds."""
        description = f"Too Many Requests: retry after {retry_after}"
        error = BotApiError(429, description, retry_after=retry_after)
        self.add(method, Fault(error=error), times=times, chat=chat)

    def server_error(self, method: str, *, times: int | None = 1) -> None:
        """Answer 500."""
        self.add(method, Fault(error=BotApiError(500, "Internal Server Error")), times=times)

    def drop(self, method: str, *, times: int | None = 1) -> None:
        """Close the connection without carrying the call out."""
        self.add(method, Fault(drop="request"), times=times)

    def lose_answer(self, method: str, *, times: int | None = 1) -> None:
        """Carry the call out, then close the connection instead of answering."""
        self.add(method, Fault(drop="answer"), times=times)

    def unreadable(self, method: str, *, times: int | None = 1) -> None:
        """Carry the call out, then answer `"ok": true` in a form that no client can read."""
        self.add(method, Fault(strange=_unreadable), times=times)

    def nulls(self, method: str, *, times: int | None = 1) -> None:
        """Answer `{"ok": true, "result": [null]}` without carrying the call out."""
        strange = StrangeAnswer(b'{"ok": true, "result": [null]}')
        self.add(method, Fault(drop="request", strange=lambda _: strange), times=times)

    def web_page(self, method: str, *, times: int | None = 1) -> None:
        """Answer 502 with a page that is not even UTF-8, without carrying the call out."""
        page = StrangeAnswer(_WEB_PAGE, status=502, content_type="text/html")
        self.add(method, Fault(drop="request", strange=lambda _: page), times=times)

    def delay(self, method: str, seconds: float, *, times: int | None = 1) -> None:
        """Carry the call out only after so many seconds."""
        self.add(method, Fault(delay=seconds), times=times)

    def clear(self) -> None:
        """Take back every planned fault and the hook."""
        self._planned.clear()
        self.hook = None

    async def take(self, call: Call) -> Fault:
        """Return the fault of this call, an empty one if none is planned, after its delay."""
        fault = self._next(call)
        if fault is None and self.hook is not None:
            fault = await self.hook(call)
        fault = fault or Fault()
        if fault.delay:
            await self._pause(fault.delay)
        return fault

    def close(self) -> None:
        """End all delays at once."""
        self._closing.set()

    def _next(self, call: Call) -> Fault | None:
        for index, planned in enumerate(self._planned):
            if not planned.applies_to(call):
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


def _unreadable(result: object) -> StrangeAnswer:
    strange = result | _UNREADABLE if isinstance(result, dict) else [None]
    return StrangeAnswer(json.dumps({"ok": True, "result": strange}).encode())
