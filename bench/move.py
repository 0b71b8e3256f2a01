"""`move` of a million members from SQLite to PostgreSQL against COPY through the bare drivers."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import asyncpg

from bench.baseline import SQLITE
from bench.databases import Databases, SqliteDatabases
from bench.measure import Sample, take_turns
from bench.postgresql import PostgresqlDatabases
from bench.report import Figure, ratio
from bot.database.copying import SLICE
from bot.database.engine import create_engine
from bot.database.move import move
from bot.database.url import parse_database_url
from bot.gamification.books import differing_accounts

MEMBERS = 1_000_000
PAIRS = 3
AIM = 1.3
#: Tables that hold the members, and the places of their times.
TABLES = {"users": (4,), "user_gamification_profiles": (5, 6)}


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the ratio: ours with schema, checks of both sides and commit, the bare COPY without."""
    if not isinstance(databases, PostgresqlDatabases):
        return
    databases.prepare(0, profiles=False)
    with TemporaryDirectory(prefix="besitos-bench-") as folder:
        source = SqliteDatabases(Path(folder)).prepare(MEMBERS, profiles=True)

        def ours() -> Sample:
            with databases.empty() as target:
                return asyncio.run(_ours(source, target))

        def bare() -> Sample:
            with databases.copied(0) as target:
                return asyncio.run(_bare(source.removeprefix(SQLITE), target))

        turns = take_turns(ours, bare, PAIRS)
    yield ratio(f"move of {MEMBERS:,} members to PostgreSQL (baseline: COPY)", turns, AIM)


async def _ours(source: str, target: str) -> Sample:
    old, new = (create_engine(parse_database_url(url), timeout=3600) for url in (source, target))
    try:
        started = perf_counter()
        await move(old, new, check=differing_accounts)
        return Sample(perf_counter() - started)
    finally:
        await old.dispose()
        await new.dispose()


async def _bare(file: str, target: str) -> Sample:
    connection = await asyncpg.connect(target)
    try:
        started = perf_counter()
        async with connection.transaction():
            with closing(sqlite3.connect(file)) as reading:
                for table, times in TABLES.items():
                    rows = reading.execute(f"SELECT * FROM {table}")
                    while some := rows.fetchmany(SLICE):
                        records = [_with_times(row, times) for row in some]
                        await connection.copy_records_to_table(table, records=records)
        return Sample(perf_counter() - started)
    finally:
        await connection.close()


def _with_times(row: tuple[Any, ...], times: tuple[int, ...]) -> list[Any]:
    values = list(row)
    for place in times:
        values[place] = datetime.fromisoformat(values[place]).replace(tzinfo=UTC)
    return values
