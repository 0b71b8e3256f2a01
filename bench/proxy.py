"""A TCP proxy before PostgreSQL's Unix socket that is as far away as it is told to be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from sqlalchemy import make_url


@dataclass
class Distance:
    """A database as seen from far away, and how often something was asked of it.

    A driver that waits for each answer sends one chunk for each question.
    """

    seconds: float
    url: str = ""
    round_trips: int = 0


@asynccontextmanager
async def far_away(url: str, seconds: float) -> AsyncIterator[Distance]:
    """Give the database of `url` so many seconds away, each way."""
    socket = f"{make_url(url).query['host']}/.s.PGSQL.5432"
    distance = Distance(seconds)
    ends: list[_End] = []

    def accepted() -> asyncio.Protocol:
        ends.append(_Client(socket, distance))
        return ends[-1]

    server = await asyncio.get_running_loop().create_server(accepted, "127.0.0.1", 0)
    seen = make_url(url).set(host="127.0.0.1", port=server.sockets[0].getsockname()[1], query={})
    distance.url = seen.render_as_string(hide_password=False)
    try:
        yield distance
    finally:
        server.close()
        for end in ends:
            end.close()


class _End(asyncio.Protocol):
    """One end of a connection: whatever comes leaves at the other so many seconds later.

    The next chunk does not wait for that, so that the way is long and not narrow.
    """

    def __init__(self, distance: Distance) -> None:
        self._distance = distance
        self._loop = asyncio.get_running_loop()
        self._last = 0.0
        self._transport: asyncio.Transport | None = None
        self.other: _End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _: Exception | None) -> None:
        if self.other:
            self.other.close()

    def data_received(self, data: bytes) -> None:
        # Two chunks of one moment must not overtake each other.
        self._last = max(self._loop.time() + self._distance.seconds, self._last + 1e-6)
        self._loop.call_at(self._last, self._pass_on, data)

    def _pass_on(self, data: bytes) -> None:
        if self.other and self.other._transport:  # noqa: SLF001 - the same class
            self.other._transport.write(data)  # noqa: SLF001

    def close(self) -> None:
        if self._transport:
            self._transport.abort()


class _Client(_End):
    """The end of whoever connects, with which a connection to the server begins."""

    def __init__(self, socket: str, distance: Distance) -> None:
        super().__init__(distance)
        self._socket = socket
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        _, self.other = await self._loop.create_unix_connection(
            lambda: _End(self._distance), self._socket
        )
        self.other.other = self

    def data_received(self, data: bytes) -> None:
        self._distance.round_trips += 1
        super().data_received(data)
