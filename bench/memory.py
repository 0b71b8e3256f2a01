"""Memory of a bot by polling: idle, after many updates, after a chart; against bare imports."""

import asyncio
import compileall
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.bots import started
from bench.databases import Databases
from bench.measure import ROOT
from bench.report import Figure
from sandbox import SandboxServer, User

#: What no bot of this kind can do without; it prints what that takes.
IMPORTS = """
import aiogram, aiosqlite, asyncpg, sqlalchemy.ext.asyncio
import sqlalchemy.dialects.postgresql.asyncpg, sqlalchemy.dialects.sqlite.aiosqlite
print(open("/proc/self/status").read())
"""
MEMBERS = 500
#: Messages to which every member reacts before and between the two looks that are compared.
FEW, MANY = 2, 20
#: Seconds for what goes on beside the updates: the menu, the name, the first look of the upkeep.
SETTLING = 3.0
IDLE_AIM = 1.1
#: MiB by which a bot may have grown after all of it and still count as flat.
FLAT = 8


class _Bot:
    """A bot in a process of its own, and what it holds."""

    def __init__(self, server: SandboxServer, process: asyncio.subprocess.Process) -> None:
        self._server = server
        self._process = process
        self._members: list[User] = []

    async def idle(self) -> float:
        """Return the MiB that it holds once it has nothing more to do."""
        await self._left(0)
        await asyncio.sleep(SETTLING)
        return _held_by(self._process.pid)

    async def react(self, messages: int) -> None:
        """Let every member react to so many messages."""
        telegram = self._server.telegram
        while len(self._members) < MEMBERS:
            self._members.append(telegram.add_member(f"Member {len(self._members)}"))
        for number in range(messages):
            message_id = telegram.say(telegram.ana, telegram.group, f"{number}").message_id
            for member in self._members:
                telegram.react(member, telegram.group, message_id, ["👍"])
            await self._left(MEMBERS)

    async def draw(self) -> None:
        """Let the admin look at the figures with their chart."""
        telegram = self._server.telegram
        chat = telegram.private(telegram.ana)
        said = telegram.say(telegram.ana, chat, "/admin")
        panel = await telegram.wait_for_message(chat, after=said.message_id, timeout=60)
        telegram.press(telegram.ana, chat, panel.message_id, panel.button("📊").callback_data or "")
        await self._server.calls.wait_for("sendPhoto", answered=True, timeout=60)

    async def _left(self, updates: int) -> None:
        # Confirmations come from another process, which sets no event of ours.
        while len(self._server.queue) > updates:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the memory of an idle bot against bare imports, and by how much it grows at work."""
    imported = _imports()
    databases.prepare(MEMBERS, profiles=False)
    with databases.empty() as url:
        first = asyncio.run(_started(url))
    yield _ratio(f"{databases.name}: memory, idle after a first start", first, imported)
    with databases.copied(MEMBERS) as url:
        idle, few, many, drawn = asyncio.run(_at_work(url))
    yield _ratio(f"{databases.name}: memory, idle after a later start", idle, imported)
    yield Figure(
        f"{databases.name}: memory after {FEW * MEMBERS:,}, {(FEW + MANY) * MEMBERS:,} updates, "
        "a chart",
        f"{few:.0f} {many:.0f} {drawn:.0f} MiB",
        f"{idle:.0f} MiB idle",
        f"{drawn - few:+.1f} MiB from the first to the last",
        f"flat (≤ {FLAT} MiB)",
        drawn - few <= FLAT,
    )


def _ratio(name: str, ours: float, imported: float) -> Figure:
    return Figure(
        name,
        f"{ours:.0f} MiB",
        f"{imported:.0f} MiB",
        f"{ours / imported:.2f}×",
        f"≤ {IDLE_AIM:g}×",
        ours / imported <= IDLE_AIM,
    )


async def _started(url: str) -> float:
    async with _running(url) as bot:
        return await bot.idle()


async def _at_work(url: str) -> tuple[float, float, float, float]:
    async with _running(url) as bot:
        idle = await bot.idle()
        await bot.react(FEW)
        few = await bot.idle()
        await bot.react(MANY)
        many = await bot.idle()
        await bot.draw()
        return idle, few, many, await bot.idle()


@asynccontextmanager
async def _running(url: str) -> AsyncIterator[_Bot]:
    async with SandboxServer() as server:
        admin = str(server.telegram.ana.id)
        # As in any installation: compiling takes memory, too.
        compileall.compile_dir(ROOT / "bot", quiet=1)
        async with started(server, url, ADMIN_IDS=admin) as process:
            await server.calls.wait_for("getUpdates", timeout=120)
            yield _Bot(server, process)


def _imports() -> float:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return _resident(done.stdout)


def _held_by(pid: int) -> float:
    return _resident(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))


def _resident(status: str) -> float:
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
