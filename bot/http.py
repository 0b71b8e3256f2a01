"""The HTTP side: a port to listen on, and the health check."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.connections import (
    PATIENCE,
    Connections,
    FewErrors,
    FewLines,
    connection_limit,
    end_after_error,
)
from bot.database.liveness import probe
from bot.errors import BesitosError

#: Bytes of a body, at most: more than any update has.
LARGEST_BODY: Final = 1024 * 1024
#: Seconds for which an answer about the database's health holds, and which it may take at most.
_HEALTH_HOLDS: Final = 1.0
_HEALTH_PATIENCE: Final = 2.0


class PortError(BesitosError):
    """The HTTP port cannot be opened."""


class Health:
    """Whether updates are handled and the database answers.

    It is asked once a second at most, whoever wants to know.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        stuck: Callable[[], str | None] = lambda: None,
        standing_by: Callable[[], bool] = lambda: False,
        *,
        holds: float = _HEALTH_HOLDS,
        patience: float = _HEALTH_PATIENCE,
    ) -> None:
        """`stuck` returns why no update is handled, None while all is well.

        `standing_by` returns whether another process handles them.
        """
        self._engine = engine
        self._standing_by = standing_by
        self._stuck = stuck
        self._holds = holds
        self._patience = patience
        self._asking = asyncio.Lock()
        self._well = False
        self._until = float("-inf")
        self._ending: set[asyncio.Task[bool]] = set()

    async def handle(self, _: web.Request) -> web.Response:
        """Answer `GET /health`."""
        if reason := self._stuck():
            state, status = {"status": "updates wait", "reason": reason}, 503
        elif not await self._is_well():
            state, status = {"status": "database unavailable"}, 503
        else:
            state, status = {"status": "standing by" if self._standing_by() else "ok"}, 200
        response = web.json_response(state, status=status)
        response.force_close()
        return response

    async def _is_well(self) -> bool:
        loop = asyncio.get_running_loop()
        async with self._asking:
            if loop.time() >= self._until:
                self._well = await self._answers()
                self._until = loop.time() + self._holds
        return self._well

    async def _answers(self) -> bool:
        asking = asyncio.create_task(self._ask())
        # Not a timeout around it: that would wait for the connection to be closed as well.
        done, _ = await asyncio.wait([asking], timeout=self._patience)
        if not done:
            asking.cancel()
            self._ending.add(asking)
            asking.add_done_callback(self._ending.discard)
        return bool(done) and asking.result()

    async def _ask(self) -> bool:
        try:
            await probe(self._engine)
        except (SQLAlchemyError, OSError):
            return False
        return True


def health_application(
    engine: AsyncEngine,
    stuck: Callable[[], str | None] = lambda: None,
    standing_by: Callable[[], bool] = lambda: False,
) -> web.Application:
    """Return an application that answers `GET /health`: 200 while updates can be handled."""
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_get("/health", Health(engine, stuck, standing_by).handle)
    return application


@asynccontextmanager
async def serving(  # noqa: PLR0913 - half of them have defaults
    application: web.Application,
    host: str,
    port: int,
    *,
    most: int | None = None,
    patience: float = PATIENCE,
    grace: float = 60,
) -> AsyncIterator[int]:
    """Listen while the block runs, which gets the port's number.

    At most `most` connections are open at a time, each of which must bring a whole request within
    `patience` seconds; at the end, those who wait for an answer get `grace` seconds. Raises
    `PortError` when the port is taken.
    """
    connections = Connections(most=most or connection_limit(), patience=patience)
    application.middlewares.insert(0, connections.middleware)
    application.on_response_prepare.append(end_after_error)
    clients_log = logging.getLogger(f"{__name__}.clients")
    few_lines = FewLines()
    clients_log.addFilter(few_lines)
    # Nothing is done for a body before its sender has shown the secret: neither decompressing it
    # nor reading it to its end.
    runner = web.AppRunner(
        application,
        access_log=None,
        logger=clients_log,
        auto_decompress=False,
        lingering_time=0,
        shutdown_timeout=grace,
    )
    loop = asyncio.get_running_loop()
    errors_before = loop.get_exception_handler()
    loop.set_exception_handler(FewErrors(errors_before))
    try:
        await runner.setup()
        try:
            listening = await connections.listen(_server_of(runner), host, port)
        except OSError as error:
            raise PortError(
                f"Cannot listen on {host}:{port} ({error.strerror}); set HTTP_PORT to a free port."
            ) from error
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()
    finally:
        await runner.cleanup()
        connections.close()
        loop.set_exception_handler(errors_before)
        clients_log.removeFilter(few_lines)


def _server_of(runner: web.AppRunner) -> web.Server:
    if runner.server is None:
        raise RuntimeError("a runner has no server before its setup")
    return runner.server
