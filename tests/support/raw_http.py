"""HTTP as bytes, for what no client would send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.waiting import PATIENCE


class Client:
    """One connection to a port of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> bool:
        """Send some bytes; return False when the other side has hung up."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            return False
        return True

    async def read_to_end(self) -> bytes:
        """Return what comes until the other side hangs up, in whichever way it does."""
        received = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while data := await self._reader.read(65536):
                    received += data
            except ConnectionError:
                pass
        return received

    async def read_head(self) -> bytes:
        """Return an answer's head."""
        async with asyncio.timeout(PATIENCE):
            return await self._reader.readuntil(b"\r\n\r\n")


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """Connect for the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


async def exchange(port: int, data: bytes) -> bytes:
    """Send bytes over a connection of their own, and return all that is answered."""
    async with connected(port) as client:
        await client.send(data)
        return await client.read_to_end()


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return a request; an underscore in a header's name is a dash."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bot.example", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
