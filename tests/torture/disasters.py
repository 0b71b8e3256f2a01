"""Disasters: each lasts for a moment, and the bot has to survive it without a loss."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sandbox.errors import BotApiError
from sandbox.faults import Fault
from tests.torture.databases import PostgresqlDatabase
from tests.torture.stage import Stage

Disaster = Callable[[Stage], Awaitable[None]]
HOUR: Final = 3600.0


async def kill(stage: Stage) -> None:
    """End the bot as a power cut does."""
    if stage.bot:
        await stage.bot.kill()


async def terminate(stage: Stage) -> None:
    """Restart it as a service manager does."""
    if stage.bot:
        stage.bot.terminate()
        await asyncio.sleep(1)


async def other_starts(stage: Stage) -> None:
    """Seed from two more processes at once."""
    await asyncio.gather(stage.command("seed", "apply"), stage.command("seed", "apply"))


async def wiped_settings(stage: Stage) -> None:
    """Delete the settings' row and start anew: defaults come back, and all that was edited goes."""
    await stage.database.execute("DELETE FROM bot_config")
    stage.model.settings.clear()
    await stage.command("seed", "apply")


async def wiped_reward(stage: Stage) -> None:
    """Delete a reward with all that hangs on it."""
    await stage.database.execute("DELETE FROM user_rewards")
    await stage.database.execute("DELETE FROM reward_conditions")
    await stage.database.execute("DELETE FROM rewards WHERE key = 'primeros_pasos'")
    await kill(stage)


async def edit(stage: Stage) -> None:
    """Change a setting by SQL, as the README allows."""
    name = stage.chance.choice(["besitos_daily_gift", "besitos_per_reaction"])
    value = stage.chance.randint(1, 9)
    await stage.database.execute(f"UPDATE bot_config SET {name} = {value}")
    ((there,),) = await stage.database.query("SELECT count(*) FROM bot_config")
    if there:
        stage.model.settings[name] = value


async def locked(stage: Stage) -> None:
    """Keep the bot from writing."""
    await stage.database.lock(stage.chance.uniform(0.5, 3))


async def cut(stage: Stage) -> None:
    """Close every connection to the database."""
    if isinstance(stage.database, PostgresqlDatabase):
        stage.database.proxy.cut()


async def black_hole(stage: Stage) -> None:
    """Let the network swallow everything for a while, then cut."""
    if isinstance(stage.database, PostgresqlDatabase):
        stage.database.proxy.swallow()
        await asyncio.sleep(stage.chance.uniform(1, 6))
        stage.database.proxy.flow()
        stage.database.proxy.cut()


async def read_only(stage: Stage) -> None:
    """Fail over to a server that takes no writes, and back."""
    if isinstance(stage.database, PostgresqlDatabase):
        await stage.database.read_only(on=True)
        await asyncio.sleep(stage.chance.uniform(0.5, 3))
        await stage.database.read_only(on=False)


async def backends_ended(stage: Stage) -> None:
    """Restart the server's backends, as a pooler does with its own."""
    if isinstance(stage.database, PostgresqlDatabase):
        await stage.database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{stage.database.name}' AND pid <> pg_backend_pid()"
        )


async def pooler_restarts(stage: Stage) -> None:
    """Stop the pooler, with whoever is connected, and start it again."""
    if isinstance(stage.database, PostgresqlDatabase) and stage.database.pooler:
        await stage.database.pooler.stop()
        await asyncio.sleep(stage.chance.uniform(0, 2))
        await stage.database.pooler.start()


async def column_altered(stage: Stage) -> None:
    """Change a column's type under cached plans."""
    if isinstance(stage.database, PostgresqlDatabase):
        kind = stage.chance.choice(["text", "varchar", "varchar(300)"])
        await stage.database.execute(f"ALTER TABLE users ALTER COLUMN username TYPE {kind}")


async def telegram_busy(stage: Stage) -> None:
    """Answer 429 and 500 for a while."""
    faults, times = stage.server.faults, stage.chance.randint(1, 5)
    faults.too_many_requests("sendMessage", retry_after=1, times=times)
    faults.server_error("*", times=times)


async def telegram_away(stage: Stage) -> None:
    """Drop requests, lose answers, be slow."""
    faults, times = stage.server.faults, stage.chance.randint(1, 5)
    faults.drop("*", times=times)
    faults.lose_answer("getUpdates", times=times)
    faults.delay("*", stage.chance.uniform(0.1, 1), times=times)


async def telegram_talks_nonsense(stage: Stage) -> None:
    """Answer in forms that nobody can read: whatever was carried out, and whatever was not."""
    faults, times = stage.server.faults, stage.chance.randint(1, 3)
    faults.unreadable(stage.chance.choice(["sendMessage", "getUpdates"]), times=times)
    faults.nulls("*", times=times)
    faults.web_page("*", times=times)


async def late_updates(stage: Stage) -> None:
    """Let updates come hours, or a day, after they happened."""
    stage.clock.ahead = -stage.chance.uniform(1, 40) * HOUR
    await asyncio.sleep(stage.chance.uniform(0.5, 3))
    stage.clock.ahead = 0.0


async def wrong_clock(stage: Stage) -> None:
    """Let the host's clock be behind Telegram's: updates come from the future."""
    stage.clock.ahead = stage.chance.uniform(1, 40) * HOUR
    await asyncio.sleep(stage.chance.uniform(0.5, 3))
    stage.clock.ahead = 0.0


async def telegram_refuses(stage: Stage) -> None:
    """Refuse what the bot sends: its member has blocked it."""
    error = BotApiError(403, "Forbidden: bot was blocked by the user")
    stage.server.faults.add("sendMessage", Fault(error=error), times=stage.chance.randint(1, 3))


EVERYWHERE: Final[tuple[Disaster, ...]] = (
    kill,
    terminate,
    other_starts,
    wiped_settings,
    wiped_reward,
    edit,
    locked,
    telegram_busy,
    telegram_away,
    telegram_refuses,
    telegram_talks_nonsense,
    late_updates,
    wrong_clock,
)
ON_POSTGRESQL: Final[tuple[Disaster, ...]] = (
    cut,
    black_hole,
    read_only,
    backends_ended,
    pooler_restarts,
    column_altered,
)
