"""Two bots that poll with one token: on PostgreSQL the second stands by, and takes over."""

import asyncio
from pathlib import Path

import aiohttp

from sandbox import SandboxServer
from tests.support.programs import RunningBot, free_port
from tests.support.waiting import until

#: Seconds in which the second has to be there.
TAKEOVER = 30.0


async def test_second_stands_by_and_takes_over(postgresql_url: str, tmp_path: Path) -> None:
    """It says so to the operator and to a probe; kill -9 of the first costs nobody an answer."""
    port = free_port()
    async with SandboxServer() as server:
        ana = server.telegram.ana
        chat = server.telegram.private(ana)
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": postgresql_url,
        }
        async with RunningBot(tmp_path / "first", **settings) as first:
            await first.until(server.calls.wait_for("getUpdates", timeout=60))
            async with RunningBot(tmp_path / "second", HTTP_PORT=str(port), **settings) as second:
                await second.until(until(lambda: "this one stands by" in second.log))
                standing_by = await health(port)
                await first.kill()
                asked = server.telegram.say(ana, chat, "/start")
                async with asyncio.timeout(TAKEOVER):
                    answer = await second.until(
                        server.telegram.wait_for_message(
                            chat, after=asked.message_id, timeout=TAKEOVER
                        )
                    )
                await asyncio.sleep(1)  # for so long an answer about the health holds
                polling = await health(port)
                second.terminate()
                stopped = await second.ended()

    assert (200, "standing by") == standing_by
    assert (200, "ok") == polling
    assert {None} == {call.error_code for call in server.calls.all("getUpdates")}
    assert "¡Hola, Ana!" in answer.text
    assert (0, []) == (stopped.exit_code, stopped.sentences)
    assert [1, 1] == [stopped.stderr.count(said) for said in ("stands by", "takes over and polls")]
    assert 0 == stopped.stderr.count("could not be fetched")


async def health(port: int) -> tuple[int, str]:
    """Return what a probe is answered."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/health") as response,
    ):
        return response.status, (await response.json())["status"]
