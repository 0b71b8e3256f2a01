"""A bootstrap in a process of its own that stops before every single statement."""

import asyncio
from collections.abc import AsyncIterator

from bot.seeding import Report
from tests.support import children
from tests.support.processes import Worker

#: Users per statement of the backfill, so that a few dozen users take several.
SLICE = 20


class SteppedBootstrap(Worker):
    """Bootstraps the database at `url`, one statement at a time.

    Iterating gives the statement that comes next, and lets it run when asked for the one behind
    it; where the iteration stops the process stands still, in its transaction.
    """

    def __init__(self, url: str) -> None:
        """Start the process, which then stands before its first statement."""
        super().__init__(children.step, url, SLICE)
        self._stands_still = False
        self._report: Report | None = None

    async def __aiter__(self) -> AsyncIterator[str]:
        """Go from statement to statement; fails if the process does not end well."""
        self.go_on()
        # In a thread: what the process waits for may be for us to do.
        while isinstance(message := await asyncio.to_thread(self.receive), str):
            self._stands_still = True
            yield message
            self.go_on()
        self._report = message
        assert 0 == await asyncio.to_thread(self.wait)

    async def run_up_to(self, number: int) -> str:
        """Run all statements before the given one (the first is 1), and return that one."""
        async for statement in self:
            number -= 1
            if number == 0:
                return statement
        raise AssertionError("the bootstrap ended before")

    async def run_until(self, start: str) -> None:
        """Run up to the first statement that starts like this, which is next then."""
        async for statement in self:
            if statement.startswith(start):
                return
        raise AssertionError(f"the bootstrap ended without any {start}")

    def go_on(self) -> None:
        """Let the next statement run, without waiting for it; no effect if it runs already."""
        if self._stands_still:
            self._stands_still = False
            self.send("go on")

    async def finish(self) -> Report:
        """Let all that is left run, and return the report."""
        if self._report is None:
            async for _ in self:
                pass
        assert self._report is not None
        return self._report
