"""The floor: the same through the bare driver, and nothing of ours is imported."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from time import perf_counter

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
    """Return the seconds of connecting, one SELECT and closing."""
    return asyncio.run(_select(url, MARKER))


def counts(url: str) -> float:
    """Return the seconds of connecting, counting users and profiles, and closing."""
    return asyncio.run(_select(url, COUNTS))


def cold(url: str) -> float:
    """Return the seconds of connecting, one INSERT … SELECT for all, commit and closing."""
    if url.startswith(SQLITE):
        return _backfill_sqlite(url.removeprefix(SQLITE))
    return asyncio.run(_backfill_postgresql(url))


async def _select(url: str, statement: str) -> float:
    started = perf_counter()
    if url.startswith(SQLITE):
        async with aiosqlite.connect(url.removeprefix(SQLITE)) as connection:
            await connection.execute_fetchall(statement)
    else:
        server = await asyncpg.connect(url)
        await server.fetch(statement)
        await server.close()
    return perf_counter() - started


def _backfill_sqlite(file: str) -> float:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    started = perf_counter()
    connection = sqlite3.connect(file, isolation_level=None)
    # As ours: its exclusive transaction has foreign keys off, and the write-ahead log on.
    connection.executescript("PRAGMA foreign_keys = OFF; PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(BACKFILL.format(now="?1"), (now,))
    connection.execute("COMMIT")
    connection.close()
    return perf_counter() - started


async def _backfill_postgresql(url: str) -> float:
    started = perf_counter()
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute(BACKFILL.format(now="$1::timestamptz"), datetime.now(UTC))
    await connection.close()
    return perf_counter() - started


if __name__ == "__main__":
    child.answer({"warm": warm, "counts": counts, "cold": cold})
