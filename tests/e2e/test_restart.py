"""Stopping the real bot in the middle of an update, by kill -9 and by SIGTERM, on PostgreSQL."""

import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from sandbox import SandboxServer, User
from tests.support.programs import RunningBot
from tests.support.waiting import until, until_blocked


async def test_no_update_is_lost(postgresql_url: str, tmp_path: Path) -> None:
    """What was at work at kill -9 is done after the restart; SIGTERM lets it finish first."""
    engine = create_engine(parse_database_url(postgresql_url))
    async with SandboxServer() as server:
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": postgresql_url,
        }
        try:
            async with RunningBot(tmp_path / "first", **settings) as bot:
                await _killed_while_at_work(bot, server, engine)
            async with RunningBot(tmp_path / "second", **settings) as bot:
                await _comes_up_and_goes_on(bot, server, engine)
                await _terminated_while_at_work(bot, server, engine)
        finally:
            await engine.dispose()


async def test_stop_while_starting(sqlite_url: str, tmp_path: Path) -> None:
    """SIGTERM ends a start that waits for the lock: nothing is fetched, and that is no failure."""
    async with SandboxServer() as server:
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        with closing(sqlite3.connect(sqlite_url.partition("///")[2])) as other:
            other.execute("BEGIN IMMEDIATE")
            async with RunningBot(tmp_path / "bot", DATABASE_URL=sqlite_url, **settings) as bot:
                await until(lambda: "waiting for another process" in bot.log)
                bot.terminate()
                stopped = await bot.ended()

        assert (0, "", []) == (stopped.exit_code, stopped.stdout, stopped.sentences)
        assert "stopped before the start was complete" in stopped.stderr
        assert [] == server.calls.methods()


async def _killed_while_at_work(
    bot: RunningBot, server: SandboxServer, engine: AsyncEngine
) -> None:
    await bot.until(server.calls.wait_for("getUpdates", timeout=60))
    async with users_locked(engine):
        server.telegram.say(
            server.telegram.ana, server.telegram.private(server.telegram.ana), "/start"
        )
        await until_blocked(engine, bot.pid)
        assert -signal.SIGKILL == (await bot.kill()).exit_code

    assert "bootstrap seeded" in bot.log
    assert 0 == await profiles(engine, server.telegram.ana)
    assert [] == server.calls.all("sendMessage")


async def _comes_up_and_goes_on(
    bot: RunningBot, server: SandboxServer, engine: AsyncEngine
) -> None:
    ana = server.telegram.ana
    chat = server.telegram.private(ana)
    answer = await bot.until(server.telegram.wait_for_message(chat, timeout=60))

    assert "¡Hola, Ana!" in answer.text
    assert 1 == await profiles(engine, ana)
    assert "bootstrap up to date" in bot.log


async def _terminated_while_at_work(
    bot: RunningBot, server: SandboxServer, engine: AsyncEngine
) -> None:
    luis = server.telegram.luis
    async with users_locked(engine):
        server.telegram.say(luis, server.telegram.private(luis), "/start")
        await until_blocked(engine, bot.pid)
        bot.terminate()
    stopped = await bot.ended()

    assert (0, []) == (stopped.exit_code, stopped.sentences)
    assert 1 == await profiles(engine, luis)
    (answer,) = server.telegram.messages(server.telegram.private(luis))[1:]
    assert "¡Hola, Luis!" in answer.text
    assert 0 == len(server.queue)


@asynccontextmanager
async def users_locked(engine: AsyncEngine) -> AsyncIterator[None]:
    """Make every update wait in the middle of its work."""
    async with engine.begin() as connection:
        await connection.execute(text("LOCK TABLE users"))
        yield


async def profiles(engine: AsyncEngine, member: User) -> int:
    """Count the profiles of a member."""
    sql = "SELECT count(*) FROM user_gamification_profiles JOIN users USING (user_id)"
    async with engine.connect() as connection:
        found = await connection.scalar(text(f"{sql} WHERE user_id = :id"), {"id": member.id})
    return int(found or 0)
