"""Bots in processes of their own, their CPU, and who brings them updates as Telegram does."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import ROOT
from sandbox import SandboxServer

_SECRET = "s" * 16


class RefusedError(Exception):
    """A bot did not take an update: nothing that it took is worth a figure."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that takes updates at `port`."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the seconds that it has worked so far, counted in hundredths."""
        status = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        fields = status.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def take_all(self, updates: Iterator[bytes]) -> None:
        """Bring it one update after the other on one connection. Raises `RefusedError`."""
        # By hand: a client library takes nearly as long for a request as the bot, on its cores.
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = (
            f"POST /hook HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Content-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {_SECRET}\r\nContent-Length: "
        ).encode()
        try:
            for update in updates:
                writer.write(head + f"{len(update)}\r\n\r\n".encode() + update)
                answer = await reader.readuntil(b"\r\n\r\n")
                if not answer.startswith(b"HTTP/1.1 200 "):
                    raise RefusedError(answer.partition(b"\r\n")[0].decode())
        finally:
            writer.close()


@asynccontextmanager
async def started(
    server: SandboxServer, url: str, release: Path = ROOT, **settings: str
) -> AsyncIterator[Process]:
    """Start `main.py` of a release's folder on the database at `url`, and stop it in the end."""
    settings |= {
        "BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "DATABASE_URL": url,
        "LOG_LEVEL": "ERROR",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "main.py", cwd=release, env={**os.environ, **settings}
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def by_webhook(server: SandboxServer, url: str, release: Path) -> AsyncIterator[Bot]:
    """Start one that takes updates, and stop it in the end."""
    port = _free_port()
    server.calls.clear()
    async with started(
        server,
        url,
        release,
        WEBHOOK_URL=f"http://127.0.0.1:{port}/hook",
        WEBHOOK_SECRET=_SECRET,
        HTTP_PORT=str(port),
    ) as process:
        await server.calls.wait_for("setWebhook", answered=True, timeout=120)
        yield Bot(port, process.pid)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
