"""Lists with a million members against ten thousand: `/top` and "you are #n", an admin's search."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from time import perf_counter

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.databases import Databases
from bench.measure import Sample, Turns
from bench.report import Figure, ratio
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.account import Account
from bot.gamification.admin.member_search import find_members, read_active, read_members
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.leaderboard import read_page, read_rank

FEW, MANY = 10_000, 1_000_000
PAIRS = 20
#: Flat, apart from the deeper trees of the larger indexes.
AIM = 2

SPREAD_OUT = """
UPDATE user_gamification_profiles
SET total_earned = user_id % 100003, balance = user_id % 100003
"""
NAMES = """
INSERT INTO member_names (term, user_id)
SELECT 'ana ' || user_id, user_id FROM users WHERE true
ON CONFLICT DO NOTHING
"""
LEDGER = """
INSERT INTO transactions (user_id, amount, type, reference)
SELECT user_id, 10, 'REACTION', 'bench:' || user_id FROM users
"""


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratio of many to few: the baseline here is our own code on a small database."""
    for users in (MANY, FEW):
        databases.prepare(users, profiles=False)
    with ExitStack() as stack:
        urls = [stack.enter_context(databases.copied(users)) for users in (MANY, FEW)]
        yield from asyncio.run(_measure(databases.name, *urls))


async def _measure(name: str, many_url: str, few_url: str) -> list[Figure]:
    urls = map(parse_database_url, (many_url, few_url))
    engines = [create_engine(url, timeout=3600) for url in urls]
    try:
        for engine in engines:
            await _fill(engine)
        return [
            ratio(f"{name}: {what}, 1,000,000 against 10,000", await _turns(engines, look), AIM)
            for what, look in LOOKS.items()
        ]
    finally:
        for engine in engines:
            await engine.dispose()


async def _turns(engines: list[AsyncEngine], look: "Look") -> Turns:
    taken: list[list[Sample]] = [[], []]
    for _ in range(PAIRS):
        for samples, engine in zip(taken, engines, strict=True):
            async with engine.connect() as connection:
                started = perf_counter()
                await look(connection)
                samples.append(Sample(perf_counter() - started))
    return Turns(tuple(taken[0]), tuple(taken[1]))


async def _fill(engine: AsyncEngine) -> None:
    await BootstrapService(engine, load_manifest()).run()
    async with engine.begin() as connection:
        for statement in (SPREAD_OUT, NAMES, LEDGER):
            await connection.exec_driver_sql(statement)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("ANALYZE")


async def _look_at_the_best(connection: AsyncConnection) -> None:
    """Look as a member behind ten thousand others, as far as a rank is counted on either side."""
    await read_page(connection, 0)
    await read_rank(connection, Account(1, 0, 0, 0, 1, 0, {}, {}))


async def _look_for_members(connection: AsyncConnection) -> None:
    """Look as an admin who writes a name that many have, and one of a number that few have."""
    await read_members(connection, await find_members(connection, "Ana"))
    await read_members(connection, await find_members(connection, "Ana 48271"))


async def _look_at_the_active(connection: AsyncConnection) -> None:
    """Look as an admin at those who were active last, and one page on."""
    first = await read_active(connection)
    await read_active(connection, first.older_than)


Look = Callable[[AsyncConnection], Awaitable[None]]
LOOKS: dict[str, Look] = {
    "/top and rank": _look_at_the_best,
    "members by name": _look_for_members,
    "members by activity": _look_at_the_active,
}
