"""The log of every Bot API call, in the order of arrival."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.changes import Changes

KEPT_CALLS = 20_000


@dataclass(slots=True)
class Call:
    """One Bot API call; `ok` stays None while it runs and when its answer was lost.

    `started` and `finished` are seconds of the system's monotonic clock.
    """

    number: int
    method: str
    parameters: Mapping[str, object]
    started: float
    finished: float | None = None
    ok: bool | None = None
    error_code: int | None = None

    def to_json(self) -> dict[str, object]:
        """Return the call for the control API."""
        return {
            "number": self.number,
            "method": self.method,
            "parameters": {name: _readable(value) for name, value in self.parameters.items()},
            "started": self.started,
            "finished": self.finished,
            "ok": self.ok,
            "error_code": self.error_code,
        }


class CallLog:
    """The bot's calls, oldest first; the oldest are dropped beyond `KEPT_CALLS`."""

    def __init__(self, kept: int = KEPT_CALLS) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)
        self._changes = Changes()
        self._next_number = 1

    def begin(self, method: str, parameters: Mapping[str, object]) -> Call:
        """Log the arrival of a call and return it."""
        call = Call(self._next_number, method, parameters, time.monotonic())
        self._next_number += 1
        self._calls.append(call)
        self._changes.notify()
        return call

    def end(self, call: Call, *, ok: bool | None, error_code: int | None = None) -> None:
        """Log the answer; `ok=None` says that none was sent."""
        call.finished, call.ok, call.error_code = time.monotonic(), ok, error_code
        self._changes.notify()

    def all(self, method: str | None = None, *, after: int = 0) -> list[Call]:
        """Return the logged calls, of one method and behind a call number if given."""
        wanted = (call for call in self._calls if call.number > after)
        return [call for call in wanted if method in {None, call.method}]

    def methods(self) -> list[str]:
        """Return the names of the called methods in order."""
        return [call.method for call in self._calls]

    def clear(self) -> None:
        """Forget the calls so far; numbers go on."""
        self._calls.clear()

    async def wait_for(
        self,
        method: str,
        *,
        where: Callable[[Call], bool] = lambda _: True,
        nth: int = 1,
        answered: bool = False,
        timeout: float = 10,
    ) -> Call:
        """Return the nth logged call of the method, on arrival or once it is `answered`.

        Raises TimeoutError, naming the calls that did come, after `timeout` seconds.
        """

        def found() -> Call | None:
            matching = [call for call in self.all(method) if where(call)]
            if len(matching) < nth or (answered and matching[nth - 1].finished is None):
                return None
            return matching[nth - 1]

        try:
            return await self._changes.wait_until(found, timeout)
        except TimeoutError as error:
            seen = self.methods()[-20:]
            raise TimeoutError(f"No call {nth} of {method} in {timeout} s; last: {seen}") from error


def _readable(value: object) -> object:
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
