"""`wipe` under a running bot: it notices by itself, and is whole again."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.wipe import wipe
from sandbox import SandboxServer
from tests.support.economy import count_rows
from tests.support.programs import RunningBot
from tests.support.waiting import until


async def test_wiped_under_an_idle_bot(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    """It seeds again without a restart and without an update; the next reaction unlocks."""
    async with SandboxServer() as server:
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        async with RunningBot(tmp_path / "bot", DATABASE_URL=database_url, **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            await wipe(engine)
            await bot.until(until(lambda: "bootstrap seeded: seed none" in after_wipe(bot)))

            telegram = server.telegram
            said = telegram.say(telegram.luis, telegram.group, "hola")
            telegram.react(telegram.ana, telegram.group, said.message_id, ["👍"])
            told = await bot.until(telegram.wait_for_message(telegram.group, timeout=60))

    assert "Primeros Pasos" in told.text
    assert 3 == await count_rows(engine, "rewards")


def after_wipe(bot: RunningBot) -> str:
    """Return what it has logged since it noticed."""
    return bot.log.partition("the database was wiped under the running bot")[2]
