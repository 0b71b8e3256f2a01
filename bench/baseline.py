"""The baseline of every start: the same through the bare driver, with nothing of ours imported."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

import aiosqlite
import asyncpg

from bench import child

SQLITE = "sqlite+aiosqlite:///"
MARKER = "SELECT version, fingerprint FROM seed_marker"
COUNTS = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM user_gamification_profiles)"
BACKFILL = """
INSERT INTO user_gamification_profiles
    (user_id, balance, total_earned, total_spent, level, created_at, updated_at)
SELECT user_id, 0, 0, 0, 1, {now}, {now} FROM users
WHERE NOT EXISTS (
    SELECT 1 FROM user_gamification_profiles AS profile WHERE profile.user_id = users.user_id
)
ON CONFLICT (user_id) DO NOTHING
"""


def warm(url: str) -> float:
    """Return the seconds of connecting and one SELECT."""
    return look(url, MARKER)


def look(url: str, statement: str) -> float:
    """Return the seconds of connecting and a given SELECT."""
    return asyncio.run(_select(url, statement))


def counts(url: str) -> float:
    """Return the seconds of connecting and counting users and profiles."""
    return look(url, COUNTS)


def cold(url: str) -> float:
    """Return the seconds of connecting, one INSERT … SELECT for all, commit and closing."""
    return _insert(url).whole


def backfill(url: str) -> float:
    """Return the seconds of one INSERT … SELECT for all and its commit."""
    return _insert(url).insert


class _Seconds(NamedTuple):
    whole: float
    insert: float


async def _select(url: str, statement: str) -> float:
    started = perf_counter()
    if url.startswith(SQLITE):
        async with aiosqlite.connect(url.removeprefix(SQLITE)) as connection:
            await connection.execute_fetchall(statement)
            return perf_counter() - started
    server = await asyncpg.connect(url)
    await server.fetch(statement)
    seconds = perf_counter() - started
    await server.close()
    return seconds


def _insert(url: str) -> _Seconds:
    if url.startswith(SQLITE):
        return _insert_sqlite(url.removeprefix(SQLITE))
    return asyncio.run(_insert_postgresql(url))


def _insert_sqlite(file: str) -> _Seconds:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    started = perf_counter()
    connection = sqlite3.connect(file, isolation_level=None)
    # As ours: its exclusive transaction has foreign keys off, and the write-ahead log on.
    connection.executescript("PRAGMA foreign_keys = OFF; PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    began = perf_counter()
    connection.execute(BACKFILL.format(now="?1"), (now,))
    connection.execute("COMMIT")
    committed = perf_counter()
    connection.close()
    return _Seconds(perf_counter() - started, committed - began)


async def _insert_postgresql(url: str) -> _Seconds:
    started = perf_counter()
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    began = perf_counter()
    await connection.execute(BACKFILL.format(now="$1::timestamptz"), datetime.now(UTC))
    await transaction.commit()
    committed = perf_counter()
    await connection.close()
    return _Seconds(perf_counter() - started, committed - began)


if __name__ == "__main__":
    child.answer({"warm": warm, "counts": counts, "cold": cold, "backfill": backfill})
