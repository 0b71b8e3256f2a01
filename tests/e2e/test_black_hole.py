"""The real bot, and a network that forwards nothing and closes nothing."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from bot.database.url import parse_database_url
from sandbox import SandboxServer
from tests.support.programs import RunningBot, free_port
from tests.support.proxy import Proxy
from tests.support.waiting import until

#: Seconds that the bot has for a stop, before a service manager would kill it.
STOP = 10.0


async def test_bot_says_so_goes_on_and_can_be_stopped(
    tmp_path: Path, postgresql: Any, postgresql_url: str
) -> None:
    """No update is lost to a silent database, and no probe or stop waits for it."""
    folder = postgresql.get_uri().partition("host=")[2]
    database, port = parse_database_url(postgresql_url).database, free_port()
    async with SandboxServer() as server, Proxy(f"{folder}/.s.PGSQL.5432") as proxy:
        ana = server.telegram.ana
        chat = server.telegram.private(ana)
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}",
            "DATABASE_TIMEOUT": "1",
            "HTTP_PORT": str(port),
        }
        async with RunningBot(tmp_path / "bot", **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            proxy.swallow()
            asked = server.telegram.say(ana, chat, "/start")
            await until(lambda: "no answer within 1 s" in bot.log)
            during = await health(port)
            proxy.flow()
            answer = await bot.until(
                server.telegram.wait_for_message(chat, after=asked.message_id, timeout=60)
            )
            after = await health(port)
            proxy.swallow()
            server.telegram.say(ana, chat, "/profile")
            bot.terminate()
            async with asyncio.timeout(STOP):
                stopped = await bot.ended()

    assert (503, 200) == (during, after)
    assert "¡Hola, Ana!" in answer.text
    assert (0, []) == (stopped.exit_code, stopped.sentences)


async def health(port: int) -> int:
    """Return what a probe with little patience is answered."""
    await asyncio.sleep(1)  # for so long an answer holds
    patience = aiohttp.ClientTimeout(total=3)
    async with (
        aiohttp.ClientSession(timeout=patience) as session,
        session.get(f"http://127.0.0.1:{port}/health") as response,
    ):
        return response.status
