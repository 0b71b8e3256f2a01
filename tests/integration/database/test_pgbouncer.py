"""The bot behind the real PgBouncer, which gives each transaction another session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.database.wipe import wipe
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding import Outcome
from tests.support.dispatching import dispatching
from tests.support.pgbouncer import PGBOUNCER, pgbouncer, tracks_statements
from tests.support.updates import reaction, user

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed")
STARTS, MEMBERS, REACTIONS = 8, 40, 200
TRACKING = pytest.param(
    ("transaction", 2, "max_prepared_statements = 100"),
    id="tracking",
    marks=pytest.mark.skipif(not tracks_statements(), reason="PgBouncer is older than 1.21"),
)


@pytest.fixture(
    params=[
        pytest.param(("transaction", 2, ""), id="transaction"),
        pytest.param(("session", 40, ""), id="session"),
        TRACKING,
    ]
)
async def pooled_url(
    request: pytest.FixtureRequest, postgresql: Any, postgresql_url: str
) -> AsyncIterator[str]:
    """Give the address of a database behind a pooler, with two sessions for all transactions."""
    folder = postgresql.get_uri().partition("host=")[2]
    mode, size, more = request.param
    async with pgbouncer(folder, mode=mode, size=size, more=more) as port:
        name = parse_database_url(postgresql_url).database
        yield f"postgresql://postgres@127.0.0.1:{port}/{name}"


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """Let `engine` be a direct connection."""
    return postgresql_url


@pytest.fixture
async def engines(pooled_url: str) -> AsyncIterator[list[AsyncEngine]]:
    """Open it as many times as there are starts."""
    async with AsyncExitStack() as stack:
        engines = [create_engine(parse_database_url(pooled_url)) for _ in range(STARTS)]
        for engine in engines:
            stack.push_async_callback(engine.dispose)
        yield engines


def bootstrap(engine: AsyncEngine) -> BootstrapService:
    """Return the bootstrap as a start has it."""
    return BootstrapService(engine, load_manifest(), lock_timeout=30)


async def test_starts_at_once(engines: list[AsyncEngine]) -> None:
    """One of them seeds, and the others find that done."""
    reports = await asyncio.gather(*(bootstrap(engine).run() for engine in engines))

    outcomes = sorted(report.outcome for report in reports)
    assert sorted([Outcome.SEEDED, *[Outcome.UP_TO_DATE] * (STARTS - 1)]) == outcomes


async def test_every_command(engines: list[AsyncEngine]) -> None:
    """Whatever is asked, twice and on any connection, is answered."""
    for _ in range(2):
        for engine in engines[:2]:
            service = bootstrap(engine)
            await service.run()
            await service.inspect()
            await service.plan()
            await service.take(["*"])
            await service.export()
            await service.history(5)
            await service.open_books()
            await service.revert()
            await wipe(engine)


async def test_two_bots_pay_all(engines: list[AsyncEngine], engine: AsyncEngine) -> None:
    """Hundreds of updates at once are all paid, and leave nothing on the server."""
    await bootstrap(engines[0]).run()
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(dispatching(one)) for one in engines[:2]]
        await asyncio.gather(
            *(
                bots[number % 2].feed(reaction(number, user(number % MEMBERS + 1)))
                for number in range(REACTIONS)
            )
        )

    async with engine.connect() as connection:
        paid = "SELECT count(*) FROM transactions WHERE reference LIKE 'reaction:%'"
        assert REACTIONS == await connection.scalar(text(paid))
    async with AsyncExitStack() as stack:
        for _ in range(2):
            connection = await stack.enter_async_context(engines[0].connect())
            left = await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
            assert 0 == left
