"""Two replicas by webhook behind a balancer, renewed one after the other, on one PostgreSQL."""

import asyncio
import itertools
import random
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from sqlalchemy import text

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from sandbox import SandboxServer
from tests.e2e.test_webhook import free_port
from tests.support.programs import RunningBot
from tests.support.updates import reaction, user
from tests.support.waiting import until_async

MEMBERS, MESSAGES, REPLICAS = 20, 10, 2
SECRET = "s" * 16


class Balancer:
    """Gives each update to one replica or another until one says that it has it, as Telegram."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Nobody is there yet."""
        self.ports: list[int] = []
        self._session = session
        self._turns = itertools.count()

    async def deliver(self, update: dict[str, object]) -> None:
        """Post, again and again."""
        while True:
            port = self.ports[next(self._turns) % len(self.ports)]
            if await self._post(port, update) == 200:
                return
            await asyncio.sleep(0.05)

    async def _post(self, port: int, update: dict[str, object]) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        url = f"http://127.0.0.1:{port}/hook"
        try:
            async with self._session.post(url, json=update, headers=headers) as response:
                return response.status
        except aiohttp.ClientError:
            return 0


async def test_rolling_restart(postgresql_url: str, tmp_path: Path) -> None:
    """Each reaction is paid once, though each comes twice and every replica is stopped once."""
    updates = [
        reaction(message, user(1000 + member)).model_dump(mode="json", exclude_none=True)
        for message in range(1, MESSAGES + 1)
        for member in range(MEMBERS)
    ]
    twice = updates + random.Random(7).sample(updates, len(updates))
    async with (
        SandboxServer() as server,
        aiohttp.ClientSession() as session,
        AsyncExitStack() as stack,
    ):
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": postgresql_url,
            "WEBHOOK_SECRET": SECRET,
        }

        async def started() -> tuple[int, RunningBot]:
            port = free_port()
            own = {"HTTP_PORT": str(port), "WEBHOOK_URL": f"http://127.0.0.1:{port}/hook"}
            bot = RunningBot(tmp_path / f"replica-{port}", **settings, **own)
            replica = await stack.enter_async_context(bot)
            await replica.until(until_async(lambda: is_ready(session, port)))
            return port, replica

        balancer = Balancer(session)
        replicas = await asyncio.gather(*(started() for _ in range(REPLICAS)))
        balancer.ports = [port for port, _ in replicas]
        delivering = asyncio.gather(*(_deliver(balancer, twice[n::10]) for n in range(10)))
        for place, (_, replica) in enumerate(replicas):
            balancer.ports[place], _ = await started()
            replica.terminate()
            assert 0 == (await replica.ended()).exit_code
        await delivering

    engine = create_engine(parse_database_url(postgresql_url))
    async with engine.connect() as connection:
        paid = await connection.execute(
            text("SELECT count(*), count(DISTINCT reference) FROM transactions WHERE type = :kind"),
            {"kind": "REACTION"},
        )
        wrong = await connection.scalar(
            text(
                "SELECT count(*) FROM user_gamification_profiles p WHERE balance <>"
                " (SELECT sum(amount) FROM transactions t WHERE t.user_id = p.user_id)"
            )
        )
        counts = tuple(paid.one())
    await engine.dispose()

    assert (MEMBERS * MESSAGES, MEMBERS * MESSAGES) == counts
    assert 0 == wrong


async def _deliver(balancer: Balancer, updates: list[dict[str, object]]) -> None:
    for update in updates:
        await balancer.deliver(update)


async def is_ready(session: aiohttp.ClientSession, port: int) -> bool:
    """Whether a replica takes updates."""
    try:
        async with session.get(f"http://127.0.0.1:{port}/health") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
