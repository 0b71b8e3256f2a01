"""`/top` and "you are #n" with a million profiles against ten thousand."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from time import perf_counter

from sqlalchemy.ext.asyncio import AsyncEngine

from bench.databases import Databases
from bench.measure import Sample, Turns
from bench.report import Figure, ratio
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.account import Account
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


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratio of many to few: the baseline here is our own code on a small database."""
    for users in (MANY, FEW):
        databases.prepare(users, profiles=False)
    with ExitStack() as stack:
        urls = [stack.enter_context(databases.copied(users)) for users in (MANY, FEW)]
        yield asyncio.run(_measure(databases.name, *urls))


async def _measure(name: str, many_url: str, few_url: str) -> Figure:
    engines = [create_engine(parse_database_url(url)) for url in (many_url, few_url)]
    try:
        for engine in engines:
            await _fill(engine)
        taken: list[list[Sample]] = [[], []]
        for _ in range(PAIRS):
            for samples, engine in zip(taken, engines, strict=True):
                samples.append(await _look(engine))
    finally:
        for engine in engines:
            await engine.dispose()
    turns = Turns(tuple(taken[0]), tuple(taken[1]))
    return ratio(f"{name}: /top and rank, 1,000,000 against 10,000 profiles", turns, AIM)


async def _fill(engine: AsyncEngine) -> None:
    await BootstrapService(engine, load_manifest()).run()
    async with engine.begin() as connection:
        await connection.exec_driver_sql(SPREAD_OUT)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("ANALYZE")


async def _look(engine: AsyncEngine) -> Sample:
    """Look as a member behind ten thousand others, as far as a rank is counted on either side."""
    member = Account(1, 0, 0, 0, 1, 0, {}, {})
    async with engine.connect() as connection:
        started = perf_counter()
        await read_page(connection, 0)
        await read_rank(connection, member)
        return Sample(perf_counter() - started)
