"""HTTP server: a port to listen on, with limits on those who connect."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bot.errors import BesitosError
from bot.monitoring.connections import (
    PATIENCE,
    Connections,
    FewErrors,
    FewLines,
    connection_limit,
    end_after_error,
)

#: Bytes of a body, at most: more than any update has.
LARGEST_BODY: Final = 1024 * 1024
#: Errors of a port that is another's, or takes more rights than ours.
_PORT_IS_NOT_OURS: Final = {errno.EADDRINUSE, errno.EACCES}


class PortError(BesitosError):
    """The HTTP port cannot be opened."""


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
            is_ports = error.errno in _PORT_IS_NOT_OURS
            right = "PORT to a free port" if is_ports else "HOST to one of this machine's addresses"
            raise PortError(
                f"Cannot listen on {host}:{port} ({error.strerror}); set HTTP_{right}."
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
