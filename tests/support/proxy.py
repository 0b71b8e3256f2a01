"""A TCP proxy before PostgreSQL's Unix socket, which can cut connections or swallow them."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class Proxy:
    """Forwards to a Unix socket; leaving the block closes everything."""

    def __init__(self, socket: str) -> None:
        """`socket` is the path of the server's socket."""
        self._socket = socket
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cut all that is open."""
        assert self._server is not None
        self._server.close()
        self.flow()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def swallow(self) -> None:
        """Forward nothing any more and close nothing, as a dead firewall does."""
        self._flowing.clear()

    def flow(self) -> None:
        """Forward again, also what was swallowed meanwhile."""
        self._flowing.set()

    def forget(self) -> None:
        """Swallow the connections that are open now, as an address translation's table does."""
        self.swallow()
        self._flowing = asyncio.Event()
        self.flow()

    def cut(self) -> None:
        """Close every connection that is open now."""
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = await asyncio.open_unix_connection(self._socket)
        for source, sink in ((reader, server[1]), (server[0], writer)):
            task = asyncio.create_task(self._forward(source, sink, self._flowing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, flowing: asyncio.Event
    ) -> None:
        self._writers.add(sink)
        try:
            with contextlib.suppress(OSError):
                while data := await source.read(65536):
                    await flowing.wait()
                    sink.write(data)
                    await sink.drain()
        finally:
            self._writers.discard(sink)
            sink.close()
