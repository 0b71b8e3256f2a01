"""Limits on those who connect: how many, for how long without a request, and what is logged.

aiohttp has no limit on connections and writes a traceback for each request that it cannot read.
"""

import asyncio
import errno
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import hdrs, web
from aiohttp.http import HttpProcessingError

from bot.throttle import Throttle

logger = logging.getLogger(__name__)

#: Connections that asyncio accepts in a row. Where no open file is left, it comes back for each of
#: them, and with a hundred it comes back more often every second.
_IN_A_ROW: Final = 16
#: Connections that wait in the kernel to be accepted.
_QUEUE: Final = 128
#: Seconds in which a whole request must come.
PATIENCE: Final = 10.0
_MOST: Final = 256
_FIRST_ERROR: Final = 400
_OUT_OF_FILES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def connection_limit() -> int:
    """Return how many connections we take: a quarter of the files that we may open, or less."""
    if os.name != "posix":
        return _MOST
    import resource  # noqa: PLC0415 - is not there on Windows

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if files == resource.RLIM_INFINITY else max(1, min(_MOST, files // 4))


class Connections:
    """The clients of an application.

    Each gets one answer, unless it is a good one with which the connection is kept: only who has
    shown a secret gets such. Whoever sends no whole request in `patience` seconds is cut off, and
    when there are `most`, the one who has kept us waiting longest makes room for the next.
    """

    def __init__(self, *, most: int, patience: float) -> None:
        self._most = most
        self._patience = patience
        self._waiting: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}

    async def listen(self, server: web.Server, host: str, port: int) -> asyncio.Server:
        """Listen for `server`. Raises `OSError` when the port is taken."""
        listening = await asyncio.get_running_loop().create_server(
            lambda: _Entrance(self, server), host, port, backlog=_IN_A_ROW
        )
        for one in listening.sockets:
            with one.dup() as again:  # asyncio has one number for two things
                again.listen(_QUEUE)
        return listening

    def admit(self, transport: asyncio.BaseTransport, server: web.Server) -> bool:
        """Whether one more may come in; it is expected to ask for something then."""
        if len(self._waiting) > 2 * self._most:
            self._forget_the_gone()
        admitted = len(server.connections) < self._most or self._make_room()
        if admitted:
            self._expect_request(transport)
        return admitted

    def close(self) -> None:
        """Stop waiting for anybody."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the request take its time, and expect another one after a good answer only."""
        transport = request.transport
        self._expect_nothing(transport)
        kept = False
        try:
            response = await handler(request)
            kept = response.status < _FIRST_ERROR and response.keep_alive is not False
        finally:
            if transport is not None and not kept:
                self._expect_request(transport)
        return response

    def _expect_request(self, transport: asyncio.BaseTransport) -> None:
        self._waiting[transport] = asyncio.get_running_loop().call_later(
            self._patience, self._cut_off, transport
        )

    def _expect_nothing(self, transport: asyncio.BaseTransport | None) -> None:
        if transport in self._waiting:
            self._waiting.pop(transport).cancel()

    def _cut_off(self, transport: Any) -> None:
        self._expect_nothing(transport)
        transport.abort()

    def _make_room(self) -> bool:
        while self._waiting:
            transport = next(iter(self._waiting))  # the oldest
            gone = transport.is_closing()
            self._cut_off(transport)
            if not gone:
                return True
        return False

    def _forget_the_gone(self) -> None:
        for transport in [one for one in self._waiting if one.is_closing()]:
            self._expect_nothing(transport)


async def end_after_error(_: web.Request, response: web.StreamResponse) -> None:
    """End the connection with every answer that is not a good one.

    A signal's receiver and no middleware, for aiohttp refuses some requests, such as those that
    expect something unknown, before any middleware sees them.
    """
    if response.status >= _FIRST_ERROR:
        response.force_close()
        response.headers[hdrs.CONNECTION] = "close"


class _Entrance(asyncio.Protocol):
    """Hands a connection on to aiohttp, if there is room for it."""

    def __init__(self, connections: Connections, server: web.Server) -> None:
        self._connections = connections
        self._server = server

    def connection_made(self, transport: Any) -> None:
        if not self._connections.admit(transport, self._server):
            transport.abort()
            return
        protocol = self._server()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


class FewLines(logging.Filter):
    """Lets a line of aiohttp's pass once a minute; of malformed requests only their number."""

    def __init__(self) -> None:
        super().__init__()
        self._malformed = Throttle()
        self._failures = Throttle()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write the record."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            if count := self._malformed.due():
                logger.warning("malformed requests were refused: %d", count)
            return False
        return record.levelno < logging.WARNING or bool(self._failures.due())


class FewErrors:
    """An exception handler for the event loop that writes of clients once a minute."""

    def __init__(self, before: Callable[..., object] | None) -> None:
        """`before` handles what has nothing to do with clients; without one, asyncio does."""
        self._before = before
        self._refused = Throttle()
        self._broken = Throttle()

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Write what has happened, if it is time to."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _OUT_OF_FILES:
            if count := self._refused.due():
                logger.warning("no connection can be taken: %s (%d times)", error.strerror, count)
        elif "transport" in context and not self._broken.due():
            return
        elif self._before is not None:
            self._before(loop, context)
        else:
            loop.default_exception_handler(context)
