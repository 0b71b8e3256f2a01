"""Our side: the hook of a warm start, the backfill, and the whole bootstrap of a cold start."""

import asyncio
from datetime import UTC, datetime
from functools import cache
from time import perf_counter

# Importing is not what is timed, and SQLAlchemy would import a driver only when it connects.
import aiosqlite  # noqa: F401
import asyncpg  # noqa: F401
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401

from bench import child
from bot.database.address import parse_database_url
from bot.database.availability import wait_for_database
from bot.database.engine import create_engine
from bot.database.transaction import exclusive_transaction
from bot.gamification.bootstrap.backfill import backfill_profiles
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.report import BootstrapReport, Outcome
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.bootstrap.snapshot import take_snapshot


def warm(url: str) -> float:
    """Return the seconds of the hook that finds everything in place: connect, look, judge."""
    return asyncio.run(_hook(url, _manifest()))


def cold(url: str) -> float:
    """Return the seconds from creating the engine to disposing of it, all profiles missing."""
    return asyncio.run(_bootstrap(url, _manifest()))


def backfill(url: str) -> float:
    """Return the seconds of the backfill, all profiles missing, and of its commit."""
    return asyncio.run(_backfill(url))


async def _backfill(url: str) -> float:
    engine = create_engine(parse_database_url(url))
    try:
        async with exclusive_transaction(engine, timeout=0) as connection:
            users = (await take_snapshot(connection)).users
            started = perf_counter()
            created = await backfill_profiles(
                connection,
                users=users,
                missing=users,
                now=datetime.now(UTC),
                progress=lambda _done, _total: None,
            )
            await connection.commit()
            seconds = perf_counter() - started
    finally:
        await engine.dispose()
    if created != users:
        raise RuntimeError(f"{created} profiles for {users} users")
    return seconds


@cache
def _manifest() -> Manifest:
    return load_manifest()


async def _hook(url: str, manifest: Manifest) -> float:
    engine = create_engine(parse_database_url(url))
    try:
        started = perf_counter()
        await wait_for_database(engine, timeout=0)
        report = await BootstrapService(engine, manifest).run()
        seconds = perf_counter() - started
    finally:
        await engine.dispose()
    _expect(Outcome.UP_TO_DATE, report)
    return seconds


async def _bootstrap(url: str, manifest: Manifest) -> float:
    started = perf_counter()
    engine = create_engine(parse_database_url(url))
    try:
        report = await BootstrapService(engine, manifest).run()
    finally:
        await engine.dispose()
    seconds = perf_counter() - started
    _expect(Outcome.HEALED, report)
    return seconds


def _expect(outcome: Outcome, report: BootstrapReport) -> None:
    if report.outcome is not outcome:
        raise RuntimeError(f"the database was not as prepared: {report.summary()}")


if __name__ == "__main__":
    child.answer({"warm": warm, "cold": cold, "backfill": backfill})
