"""A stop of the real bot, whatever hangs: within the ten seconds before a service manager kills."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox import SandboxServer
from tests.support.programs import RunningBot, free_port
from tests.support.waiting import until

STOP = 10.0


@asynccontextmanager
async def stopping(folder: Path, *hanging: str, **more: str) -> AsyncIterator[SandboxServer]:
    """Start a bot whose calls of some methods never end; stop it after the block, and in time."""
    async with SandboxServer() as server:
        for method in hanging:
            server.faults.delay(method, 600, times=None)
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        async with RunningBot(folder, **settings, **more) as bot:
            first = "setWebhook" if "WEBHOOK_URL" in more else "getUpdates"
            await bot.until(server.calls.wait_for(first, timeout=60))
            yield server
            bot.terminate()
            told = time.monotonic()
            stopped = await bot.ended()
            took = time.monotonic() - told
    assert took < STOP
    assert (0, []) == (stopped.exit_code, stopped.sentences)


async def test_answer_that_hangs(tmp_path: Path) -> None:
    """Telegram takes an answer and says nothing."""
    async with stopping(tmp_path, "sendMessage") as server:
        luis = server.telegram.luis
        server.telegram.say(luis, server.telegram.private(luis), "/help")
        await server.calls.wait_for("sendMessage")


async def test_fetch_that_hangs(tmp_path: Path) -> None:
    """Telegram holds a request open for longer than it was asked to."""
    async with stopping(tmp_path, "getUpdates"):
        pass


async def test_file_that_somebody_has_locked(tmp_path: Path) -> None:
    """An update waits for SQLite's lock, which another program keeps."""
    async with contextlib.AsyncExitStack() as stack, stopping(tmp_path) as server:
        file = tmp_path / "besitos.db"
        other = stack.enter_context(contextlib.closing(sqlite3.connect(file, isolation_level=None)))
        other.execute("BEGIN IMMEDIATE")
        luis = server.telegram.luis
        server.telegram.say(luis, server.telegram.private(luis), "/daily")
        await server.calls.wait_for("getUpdates", timeout=60)
        await asyncio.sleep(0.5)


async def test_body_that_comes_after_the_stop(tmp_path: Path) -> None:
    """A webhook request whose headers are there and whose body is not."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    async with (
        asyncio.timeout(120),
        contextlib.AsyncExitStack() as stack,
        stopping(tmp_path, WEBHOOK_URL=url, HTTP_PORT=str(port), WEBHOOK_SECRET="s" * 16) as server,
    ):
        call = await server.calls.wait_for("setWebhook")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        stack.callback(writer.close)
        writer.write(
            b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
            b"Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: "
            + b"s" * 16
            + b"\r\n\r\n{"
        )
        await writer.drain()
        await asyncio.sleep(0.2)

    assert "15" == call.parameters["max_connections"]


#: Stands in for a resolver whose servers are away, as they may be where many domains are searched.
NO_ANSWER = """
import pathlib, socket, time
resolve = socket.getaddrinfo
def getaddrinfo(host, *more, **names):
    if host == "db.example":
        pathlib.Path("asked").touch()
        time.sleep(3600)
    return resolve(host, *more, **names)
socket.getaddrinfo = getaddrinfo
"""


async def test_resolver_that_hangs(tmp_path: Path) -> None:
    """The name of the database's host is looked for, and nobody says where it is."""
    (tmp_path / "sitecustomize.py").write_text(NO_ANSWER)
    settings = {
        "BOT_TOKEN": "42:hush",
        "DATABASE_URL": "postgresql://besitos@db.example/besitos",
        "PYTHONPATH": str(tmp_path),
    }
    async with RunningBot(tmp_path / "bot", anew=True, **settings) as bot:
        await until((tmp_path / "bot" / "asked").exists)
        bot.terminate()
        told = time.monotonic()
        stopped = await bot.ended()
        took = time.monotonic() - told

    assert took < STOP
    assert (0, []) == (stopped.exit_code, stopped.sentences)
