"""What a member must hear after a kill -9, and a start that waits for no answer of Telegram's."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from sqlalchemy import text

from bot.app import NAME_TIMEOUT
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from sandbox import Call, SandboxServer
from tests.support.programs import RunningBot, free_port
from tests.support.waiting import until_async


async def test_told_after_a_kill(database_url: str, tmp_path: Path) -> None:
    """Paid, then killed before sending: the next start tells of the unlock, once.

    The ordinary answer that was under way is lost, and not sent by anybody again.
    """
    async with SandboxServer() as server:
        telegram = server.telegram
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": database_url,
        }
        async with RunningBot(tmp_path / "first", **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            server.faults.delay("sendMessage", 600, times=None)
            said = telegram.say(telegram.luis, telegram.group, "hola")
            telegram.say(telegram.ana, telegram.group, "/top")
            await bot.until(server.calls.wait_for("sendMessage"))
            telegram.react(telegram.ana, telegram.group, said.message_id, ["👍"])
            await bot.until(until_async(_stored(database_url)))
            await bot.kill()
        server.faults.clear()
        server.calls.clear()
        async with RunningBot(tmp_path / "second", **settings) as bot:
            told = await bot.until(telegram.wait_for_message(telegram.group, _unlocked, timeout=60))
            bot.terminate()
            await bot.ended()

        assert "Ana, has desbloqueado" in told.text
        assert 1 == len([one for one in telegram.messages(telegram.group) if one.by_bot])
        assert 1 == len(server.calls.all("sendMessage"))
        assert not await _stored(database_url)()


def _unlocked(message: object) -> bool:
    return "has desbloqueado" in getattr(message, "text", "")


def _stored(url: str) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        engine = create_engine(parse_database_url(url))
        try:
            async with engine.connect() as connection:
                found = await connection.scalar(text("SELECT count(*) FROM outbox_messages"))
            return int(found or 0)
        finally:
            await engine.dispose()

    return count


async def test_port_is_open_at_once(tmp_path: Path) -> None:
    """A Telegram that says nothing about menus and names delays neither port nor updates."""
    port = free_port()
    health: list[int] = []

    async def look(_: Call) -> None:
        where = f"http://127.0.0.1:{port}/health"
        async with aiohttp.ClientSession() as http, http.get(where) as response:
            health.append(response.status)

    async with SandboxServer() as server:
        server.faults.hook = look
        for method in ("getMe", "getMyCommands", "setMyCommands"):
            server.faults.delay(method, 600, times=None)
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "ADMIN_IDS": "1001,1002,1003",
            "HTTP_PORT": str(port),
        }
        async with RunningBot(tmp_path / "bot", **settings) as bot:
            ana = server.telegram.ana
            chat = server.telegram.private(ana)
            server.telegram.say(ana, chat, "/help")
            fetched = await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            answer = await bot.until(server.telegram.wait_for_message(chat, timeout=10))
            bot.terminate()
            stopped = await bot.ended()

    assert 200 == health[0]
    assert fetched.started - server.calls.all()[0].started < NAME_TIMEOUT + 5
    assert "/profile" in answer.text
    assert 0 == stopped.exit_code
