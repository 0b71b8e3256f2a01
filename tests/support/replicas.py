"""Replicas by webhook on one database, and the balancer in front that delivers as Telegram does."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import text

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from sandbox import SandboxServer
from tests.support.programs import MAIN, RunningBot, free_port
from tests.support.updates import reaction, user
from tests.support.waiting import until_async

#: Updates on their way at a time.
AT_ONCE = 10
_SECRET = "s" * 16
_PAID = "SELECT user_id, reference, amount FROM transactions WHERE type = 'REACTION'"
_WRONG = (
    "SELECT count(*) FROM user_gamification_profiles p WHERE balance <>"
    " (SELECT sum(amount) FROM transactions t WHERE t.user_id = p.user_id)"
)

Update = dict[str, Any]


class Balancer:
    """Gives each update to one replica or another until one says that it has it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Nobody is there yet."""
        self.ports: list[int] = []
        self._session = session
        self._turns = itertools.count()

    async def deliver(self, updates: Sequence[Update]) -> None:
        """Deliver all, several at a time."""
        async with asyncio.TaskGroup() as tasks:
            for n in range(AT_ONCE):
                tasks.create_task(self._deliver(updates[n::AT_ONCE]))

    async def is_ready(self, port: int) -> bool:
        """Whether a replica takes updates."""
        url = f"http://127.0.0.1:{port}/readyz?exclude=updates"
        try:
            async with self._session.get(url) as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def _deliver(self, updates: Sequence[Update]) -> None:
        for update in updates:
            # A replica that stops, or is not there yet, sets no event of ours.
            while await self._post(update) != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _post(self, update: Update) -> int:
        port = self.ports[next(self._turns) % len(self.ports)]
        headers = {"X-Telegram-Bot-Api-Secret-Token": _SECRET}
        url = f"http://127.0.0.1:{port}/hook"
        try:
            async with self._session.post(url, json=update, headers=headers) as response:
                return response.status
        except aiohttp.ClientError:
            return 0


class Replicas:
    """Starts replicas of one bot, as many as wanted; `balancer` knows those that it is told."""

    def __init__(
        self, stack: AsyncExitStack, balancer: Balancer, folder: Path, settings: dict[str, str]
    ) -> None:
        """Put what each writes into a folder of its own in `folder`."""
        self.balancer = balancer
        self._stack = stack
        self._folder = folder
        self._settings = settings

    def launched(self, program: Path = MAIN) -> tuple[int, RunningBot]:
        """Start one, of this release or another's `main.py`; return its port, and do not wait."""
        port = free_port()
        folder = self._folder / f"replica-{port}"
        return port, RunningBot(folder, program=program, HTTP_PORT=str(port), **self._settings)

    async def started(self, program: Path = MAIN) -> tuple[int, RunningBot]:
        """Start one and wait until it takes updates; return its port, too."""
        port, bot = self.launched(program)
        await self._stack.enter_async_context(bot)
        await bot.until(until_async(lambda: self.balancer.is_ready(port)))
        return port, bot


@asynccontextmanager
async def replicas_on(url: str, folder: Path) -> AsyncIterator[Replicas]:
    """Give the way to start replicas, which are killed at the end if they still run."""
    async with (
        SandboxServer() as server,
        aiohttp.ClientSession() as session,
        AsyncExitStack() as stack,
    ):
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_URL": url,
            "WEBHOOK_URL": "http://127.0.0.1:1/hook",  # the balancer's; we deliver for it
            "WEBHOOK_SECRET": _SECRET,
        }
        yield Replicas(stack, Balancer(session), folder, settings)


def reactions(members: int, messages: Sequence[int]) -> list[Update]:
    """Return the reaction of each member to each message, in the form that Telegram sends."""
    return [
        reaction(message, user(1000 + member)).model_dump(mode="json", exclude_none=True)
        for message in messages
        for member in range(members)
    ]


async def paid_reactions(url: str) -> list[tuple[int, str, int]]:
    """Return member, reference and amount of each; the balances must be the ledger's sums."""
    engine = create_engine(parse_database_url(url))
    try:
        async with engine.connect() as connection:
            assert 0 == await connection.scalar(text(_WRONG))
            rows = await connection.execute(text(_PAID))
            return [(user_id, reference, amount) for user_id, reference, amount in rows]
    finally:
        await engine.dispose()
