"""The real bot as its host sees it: probes, the health command, figures and the first line."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.monitoring.http import serving
from bot.telegram.webhook import derived_secret
from sandbox import SandboxServer
from tests.support.programs import Finished, RunningBot, free_port, run_main
from tests.support.waiting import until_async

BOOTSTRAP = {"status": "not ready", "reason": "the bot is starting: its bootstrap is at work"}


async def test_from_bootstrap_to_drain(tmp_path: Path) -> None:
    """Alive from the first moment; ready only between the bootstrap and the stop."""
    folder, port = tmp_path / "bot", free_port()
    async with SandboxServer() as server:
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "HTTP_PORT": str(port),
            "ADMIN_IDS": str(server.telegram.ana.id),
        }
        folder.mkdir()
        with closing(sqlite3.connect(folder / "besitos.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with RunningBot(folder, **settings) as bot:
                probe = Probe(port)
                await bot.until(until_async(probe.answers))
                during = [await probe.get(f"/{path}") for path in ("livez", "readyz", "health")]
                told = await command(tmp_path, "health", **settings)
                other.execute("ROLLBACK")
                await bot.until(until_async(probe.is_ready))
                after = [await probe.get(f"/{path}") for path in ("livez", "readyz", "health")]
                fine = await command(tmp_path, "health", "--json", **settings)
                telegram = server.telegram
                await bot.until(server.calls.wait_for("getUpdates", timeout=60))
                telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
                await bot.until(telegram.wait_for_message(telegram.private(telegram.ana)))
                figures = await probe.figures()
                other.execute("BEGIN IMMEDIATE")
                telegram.say(telegram.ana, telegram.private(telegram.ana), "/profile")
                await bot.until(until_async(lambda: probe.figure("besitos_updates_waiting")))
                bot.terminate()
                draining = await bot.until(until_async(probe.is_draining))
                other.execute("ROLLBACK")
                ended = await bot.ended()
        gone = await command(tmp_path, "health", "--json", **settings)

    assert [(200, {"status": "alive"}), (503, BOOTSTRAP)] == during[:2]
    assert (503, "updates wait") == (during[2][0], during[2][1]["status"])
    assert (1, [f"The bot at 127.0.0.1:{port} is not ready: {BOOTSTRAP['reason']}."]) == (
        told.exit_code,
        told.sentences,
    )
    assert [200, 200, 200] == [status for status, _ in after]
    assert (0, {"ready": True, "reason": None}, []) == (
        fine.exit_code,
        json.loads(fine.stdout),
        fine.sentences,
    )
    assert 50 == figures['besitos_paid_total{type="DAILY_GIFT"}']
    assert 1 == figures['besitos_bootstrap_info{outcome="seeded"}']
    assert 1 == figures["besitos_ready"]
    assert 1 == figures['besitos_updates_total{outcome="handled"}']
    assert 1 <= figures["besitos_transaction_seconds_count"]
    assert draining
    assert (0, []) == (ended.exit_code, ended.sentences)
    assert (1, False) == (gone.exit_code, json.loads(gone.stdout)["ready"])
    assert f"No bot answers at 127.0.0.1:{port} (Connection refused)" in gone.sentences[0]
    line = f"answering as @{server.telegram.bot.username} by polling, listening on 127.0.0.1"
    assert f"{line}:{port}, for 1 admin\n" in ended.stderr


async def test_webhook_during_a_bootstrap(tmp_path: Path) -> None:
    """The port is open, and an update that comes too early is told to come again."""
    folder, port = tmp_path / "bot", free_port()
    async with SandboxServer() as server:
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "WEBHOOK_URL": f"http://127.0.0.1:{port}/hidden",
            "PORT": str(port),
        }
        folder.mkdir()
        with closing(sqlite3.connect(folder / "besitos.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with RunningBot(folder, **settings) as bot:
                probe = Probe(port)
                await bot.until(until_async(probe.answers))
                early = await probe.post("/hidden", derived_secret(server.token))
                stranger = await probe.post("/hidden", "wrong")
                other.execute("ROLLBACK")
                await bot.until(until_async(probe.is_ready))
                late = await probe.post("/hidden", derived_secret(server.token))
                bot.terminate()
                ended = await bot.ended()

    assert [503, 401, 200] == [early, stranger, late]
    assert re.search(
        rf"answering as @\w+ by webhook at http://127.0.0.1:{port}, listening on 0.0.0.0:{port}, "
        "for no admin: put your Telegram id into ADMIN_IDS",
        ended.stderr,
    )
    assert "hidden" not in ended.stderr.partition("answering as")[2].splitlines()[0]


async def test_health_without_a_port(tmp_path: Path) -> None:
    """A bot that listens nowhere cannot be asked, and the sentence says what to set."""
    ended = await command(tmp_path, "health")

    assert 1 == ended.exit_code
    assert "set HTTP_PORT" in ended.sentences[0]


@pytest.mark.parametrize("body", [b"hello", b"", b"[]", b'{"status": "ok"}', b'{"ready": true}'])
async def test_health_of_something_else(tmp_path: Path, body: bytes) -> None:
    """A server that answers 200 to everything is no bot that is ready."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with serving(application, "127.0.0.1", 0) as port:
        ended = await command(tmp_path, "health", HTTP_PORT=str(port))

    assert (1, "") == (ended.exit_code, ended.stdout)
    assert f"At 127.0.0.1:{port} something else than a bot of this release" in ended.sentences[0]


async def command(folder: Path, *arguments: str, **settings: str) -> Finished:
    """Run a command while the sandbox goes on."""
    return await asyncio.to_thread(run_main, folder, *arguments, **settings)


class Probe:
    """What asks a bot's port."""

    def __init__(self, port: int) -> None:
        """Ask on this machine."""
        self._url = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and document."""
        async with aiohttp.ClientSession() as session, session.get(self._url + path) as response:
            return response.status, await response.json()

    async def post(self, path: str, secret: str) -> int:
        """Deliver an update that nobody can read."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self._url + path, data=b"{}", headers=headers) as response,
        ):
            return response.status

    async def answers(self) -> bool:
        """Whether the port is open."""
        try:
            return (await self.get("/livez"))[0] == 200
        except aiohttp.ClientConnectionError:
            return False

    async def is_ready(self) -> bool:
        """Whether updates are handled."""
        return (await self.get("/readyz"))[0] == 200

    async def is_draining(self) -> bool:
        """Whether the bot is about to end, and says so."""
        return await self.get("/readyz") == (
            503,
            {"status": "not ready", "reason": "the bot is stopping"},
        )

    async def figures(self) -> dict[str, float]:
        """Return what Prometheus would read."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self._url}/metrics") as response,
        ):
            lines = (await response.text()).splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    async def figure(self, name: str) -> float:
        """Return one of them."""
        return (await self.figures())[name]
