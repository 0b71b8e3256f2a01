"""The stage: a local Telegram, members who act, and a bot that a service manager keeps alive."""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.gamification.bootstrap.manifest import DEFAULTS
from sandbox import Message, SandboxServer, User
from tests.support.programs import RunningBot, run_main
from tests.torture.databases import Database
from tests.torture.model import Model

#: Seconds that everything may take once the disasters are over.
PATIENCE = 180.0


@dataclass
class Clock:
    """Telegram's clock, `ahead` of the bot's by so many seconds; behind where that is negative."""

    ahead: float = 0.0

    def __call__(self) -> float:
        """Return the time that messages are dated with."""
        return time.time() + self.ahead


class Stage:
    """Everything that a disaster can reach."""

    def __init__(
        self,
        server: SandboxServer,
        clock: Clock,
        database: Database,
        folder: Path,
        chance: random.Random,
    ) -> None:
        """`clock` is the server's; `chance` decides everything that is random."""
        self.server = server
        self.clock = clock
        self.database = database
        self.chance = chance
        self.model = Model()
        self.bot: RunningBot | None = None
        self.starts = 0
        self._folder = folder
        self._manifest = _write_manifest(folder / "defaults.toml")
        self._numbers = count(1)
        self._members = [server.telegram.add_member(f"Member {n}") for n in range(8)]
        self._said: list[tuple[User, Message]] = []

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process; each takes one of the ways to the database."""
        return {
            "BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "DATABASE_URL": self.chance.choice(self.database.urls),
            "SEED_FILE": str(self._manifest),
        }

    async def keep_alive(self) -> None:
        """Start the bot again whenever it has ended."""
        while True:
            self.starts += 1
            async with RunningBot(self._folder / f"bot{self.starts}", **self.settings) as self.bot:
                await self.bot.ended(patience=None)
            await asyncio.sleep(0.1)

    async def act(self) -> None:
        """Have members write, react and ask for their gift."""
        while True:
            self._one_act()
            await asyncio.sleep(self.chance.uniform(0.01, 0.1))

    async def command(self, *arguments: str) -> None:
        """Run another program on the same database."""
        folder = self._folder / f"command{next(self._numbers)}"
        folder.mkdir()
        await asyncio.to_thread(run_main, folder, *arguments, **self.settings)

    async def settle(self) -> None:
        """Wait until the bot has handled everything."""
        async with asyncio.timeout(PATIENCE):
            while len(self.server.queue):  # noqa: ASYNC110 - a bot that confirms sets no event
                await asyncio.sleep(0.2)

    @property
    def log(self) -> str:
        """What the newest bot wrote."""
        return self.bot.log if self.bot else ""

    def _one_act(self) -> None:
        telegram, member = self.server.telegram, self.chance.choice(self._members)
        group = telegram.group
        if not self._said or self.chance.random() < 0.2:
            self._said.append((member, telegram.say(member, group, "hola")))
        elif self.chance.random() < 0.1:
            telegram.say(member, telegram.private(member), "/daily")
            self.model.take_gift(member.id)
        else:
            author, message = self.chance.choice(self._said[-20:])
            if author != member:
                telegram.react(member, group, message.message_id, [])
                telegram.react(member, group, message.message_id, ["💋"])
                self.model.react(member.id, group.id, message.message_id)


def _write_manifest(file: Path) -> Path:
    """Write a manifest by which the day's limit refuses nobody, not even after a wipe."""
    manifest = DEFAULTS.read_text("utf-8")
    limit = "max_reactions_per_day = "
    assert f"{limit}20\n" in manifest
    file.write_text(manifest.replace(f"{limit}20\n", f"{limit}1000000\n"), "utf-8")
    return file


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task, and raise what it ended with before."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
