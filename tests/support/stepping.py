"""A bootstrap in a process of its own that stops before every single statement."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

from bot.seeding import Report
from tests.support import children, seed_children
from tests.support.processes import Worker

#: Users per statement of the backfill, so that a few dozen users take several.
SLICE = 20

T = TypeVar("T")


class Stepped(Worker, Generic[T]):
    """Runs something against a database, one statement at a time.

    `target` sends each statement before it runs and waits for an answer, and sends its result,
    which is no text, at the end. Iterating gives the statement that comes next, and lets it run
    when asked for the one behind it; where the iteration stops the process stands still, in its
    transaction.
    """

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        """Start the process, which then stands before its first statement."""
        super().__init__(target, *arguments)
        self._stands_still = False
        self._report: T | None = None

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
        statement = await anext(aiter(self), None)
        if number > 1:
            self.go_on(passing=number - 2)
            statement = await anext(aiter(self), None)
        assert statement is not None, "it ended before"
        return statement

    async def run_until(self, start: str) -> None:
        """Run up to the first statement that starts like this, which is next then."""
        async for statement in self:
            if statement.startswith(start):
                return
        raise AssertionError(f"it ended without any {start}")

    def go_on(self, passing: int = 0) -> None:
        """Let the next statement run, and so many after it, without waiting for them.

        No effect if it runs already.
        """
        if self._stands_still:
            self._stands_still = False
            self.send(passing)

    async def finish(self) -> T:
        """Let all that is left run, and return the result."""
        if self._report is None:
            async for _ in self:
                pass
        assert self._report is not None
        return self._report


class SteppedBootstrap(Stepped[Report]):
    """Bootstraps the database at `url`."""

    def __init__(self, url: str) -> None:
        """Start the process."""
        super().__init__(children.step, url, SLICE)


class SteppedSeeder(Stepped[tuple[str]]):
    """Seeds the newer version of a shape of `tests.support.seeds`; the result is the outcome."""

    def __init__(self, url: str, shape: str) -> None:
        """Start the process."""
        super().__init__(seed_children.step, url, shape, SLICE)
