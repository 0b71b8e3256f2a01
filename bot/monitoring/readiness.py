"""Liveness and readiness: `GET /livez`, and `GET /readyz` with what stands in the way."""

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.liveness import takes_writes
from bot.monitoring.arrivals import Arrivals

#: Seconds for which an answer of the database holds, and which it may take at most.
_HOLDS: Final = 1.0
_PATIENCE: Final = 2.0
#: What `?exclude=` may leave out, as in the probes of Kubernetes.
DATABASE, UPDATES = "database", "updates"


class Lifecycle:
    """Where the process stands between its start and its end."""

    def __init__(self, stop: asyncio.Event) -> None:
        """Start; `stop` begins the end."""
        self._stop = stop
        self.started = False

    @property
    def problem(self) -> str | None:
        """Why no update is handled now; None in the time between."""
        if self._stop.is_set():
            return "the bot is stopping"
        return None if self.started else "the bot is starting: its bootstrap is at work"


class WriteProbe:
    """Whether the database would take a write; asked once a second at most, one at a time."""

    def __init__(
        self, engine: AsyncEngine, *, holds: float = _HOLDS, patience: float = _PATIENCE
    ) -> None:
        """Let an answer hold for `holds` seconds, and take `patience` seconds."""
        self._engine = engine
        self._holds = holds
        self._patience = patience
        self._turn = asyncio.Lock()
        self._open: asyncio.Task[str | None] | None = None
        self._problem: str | None = None
        self._until = float("-inf")
        #: Seconds that the last answer took.
        self.seconds = 0.0

    async def problem(self) -> str | None:
        """Return why nothing can be written; None while all is well."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if loop.time() >= self._until:
                self._problem = await self._in_time()
                self._until = loop.time() + self._holds
        return self._problem

    def close(self) -> None:
        """Stop waiting for an answer."""
        if self._open is not None:
            self._open.cancel()

    async def _in_time(self) -> str | None:
        # A question without an answer stays the only one: each holds a connection of the pool.
        if self._open is None:
            self._open = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait([self._open], timeout=self._patience)
        if not done:
            return f"the database has not answered within {self._patience:g} s"
        asked, self._open = self._open, None
        return asked.result()

    async def _ask(self) -> str | None:
        began = time.perf_counter()
        try:
            writable = await takes_writes(self._engine)
        except (SQLAlchemyError, OSError):
            return "the database does not answer"
        finally:
            self.seconds = time.perf_counter() - began
        return None if writable else "the database is read-only"


class Readiness:
    """Whether updates come, are handled, and can be written down."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        database: WriteProbe,
        arrivals: Arrivals,
        standing_by: Callable[[], bool] = lambda: False,
    ) -> None:
        """Ask all three, in this order; no updates come to who is `standing_by` for another."""
        self._lifecycle = lifecycle
        self._database = database
        self._arrivals = arrivals
        self._standing_by = standing_by

    async def problem(self, exclude: Collection[str] = ()) -> str | None:
        """Return why the bot is not ready; None when it is. What is in `exclude` is not asked."""
        if reason := self._lifecycle.problem:
            return reason
        if DATABASE not in exclude and (reason := await self._database.problem()):
            return reason
        no_matter = UPDATES in exclude or self._standing_by()
        return None if no_matter else self._arrivals.problem

    async def handle(self, request: web.Request) -> web.Response:
        """Answer `GET /readyz`: 200 or 503 with the reason; `?exclude=updates` asks for less."""
        reason = await self.problem(request.query.getall("exclude", ()))
        state = {"status": "not ready", "reason": reason} if reason else {"status": "ready"}
        response = web.json_response(state, status=503 if reason else 200)
        response.force_close()
        return response


async def handle_liveness(_: web.Request) -> web.Response:
    """Answer `GET /livez`: whoever can, is alive."""
    response = web.json_response({"status": "alive"})
    response.force_close()
    return response
