"""One torture: members act, disasters come at random, and in the end the books are compared."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox import SandboxServer
from tests.torture.databases import Database, PostgresqlDatabase
from tests.torture.disasters import EVERYWHERE, ON_POSTGRESQL
from tests.torture.stage import Clock, Stage, end


@dataclass(frozen=True, slots=True)
class Result:
    """What was survived, and what was not."""

    seed: int
    starts: int
    reactions: int
    disasters: Counter[str]
    faults: list[str]

    def __str__(self) -> str:
        """Return a table of it."""
        survived = "\n".join(f"{times:5}  {name}" for name, times in self.disasters.most_common())
        faults = "\n".join(self.faults) or "nothing was lost, doubled or overwritten"
        head = f"seed {self.seed}: {self.reactions} reactions, {self.starts} starts"
        return f"{head}\n{survived}\n{faults}"


async def torture(database: Database, folder: Path, *, seconds: float, seed: int) -> Result:
    """Let disasters come for so many seconds, then let everything settle and compare."""
    chance = random.Random(seed)
    kinds = [*EVERYWHERE, *(ON_POSTGRESQL if isinstance(database, PostgresqlDatabase) else ())]
    survived: Counter[str] = Counter()
    clock = Clock()
    async with SandboxServer(clock=clock) as server:
        stage = Stage(server, clock, database, folder, chance)
        bot = asyncio.create_task(stage.keep_alive())
        await server.calls.wait_for("getUpdates", timeout=60)
        acting = asyncio.create_task(stage.act())
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline:
            disaster = chance.choice(kinds)
            await disaster(stage)
            survived[disaster.__name__] += 1
            await asyncio.sleep(chance.uniform(0, 2))
        await end(acting)
        server.faults.clear()
        try:
            await stage.settle()
            faults = await stage.model.faults(database)
        except TimeoutError:
            faults = [
                f"{len(server.queue)} updates were never handled; the bot wrote:\n{stage.log}"
            ]
        if stage.bot:
            stage.bot.terminate()
        await end(bot)
    return Result(seed, stage.starts, len(stage.model.reactions), survived, faults)
