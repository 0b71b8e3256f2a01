"""Our side of a start: the hook of a warm one, the backfill and the bootstrap of a cold one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from time import perf_counter

# Importing is not what is timed, and SQLAlchemy would import a driver only when it connects.
import aiosqlite  # noqa: F401
import asyncpg  # noqa: F401
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import child
from bot.database.connection import wait_for_database
from bot.database.engine import SQLITE_BEGIN, create_engine
from bot.database.transaction import exclusive_transaction
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.seed import PROFILES, make_seed
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import UserRow
from bot.seeding import Outcome, Report, Seeder
from bot.seeding.backfill import fill
from bot.seeding.hooks import silent


def warm(url: str) -> float:
    """Return the seconds of the hook that finds everything in place: connect, look, judge."""
    return asyncio.run(_hook(url, _manifest()))


def warm_statement(url: str) -> str:
    """Return the one SELECT of such a start."""
    return asyncio.run(_watched(url, _manifest()))


def cold(url: str) -> float:
    """Return the seconds from creating the engine to disposing of it, all profiles missing."""
    return asyncio.run(_bootstrap(url, _manifest()))


def backfill(url: str) -> float:
    """Return the seconds of the backfill, all profiles missing, and of its commit."""
    return asyncio.run(_backfill(url))


async def _backfill(url: str) -> float:
    engine = create_engine(parse_database_url(url))
    try:
        async with exclusive_transaction(engine, 0) as connection:
            users = await connection.scalar(select(func.count()).select_from(UserRow)) or 0
            started = perf_counter()
            created = await fill(connection, PROFILES, total=users, missing=users, progress=silent)
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


def two_seeds(url: str) -> float:
    """Return the seconds of a start that finds two seeds in place: connect, look, judge."""
    return asyncio.run(_start(url, 2))


def one_seed(url: str) -> float:
    """Return the seconds of the same for one."""
    return asyncio.run(_start(url, 1))


async def _start(url: str, count: int) -> float:
    seeds = [make_seed(_manifest()), replace(make_seed(_manifest()), name="second", backfills=())]
    async with _opened(url) as engine:
        await Seeder(engine, seeds).run()
    async with _opened(url) as engine:
        seeder = Seeder(engine, seeds[:count])
        started = perf_counter()
        await wait_for_database(engine, timeout=0)
        report = await seeder.run()
        seconds = perf_counter() - started
    _expect(Outcome.UP_TO_DATE, report)
    return seconds


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(parse_database_url(url))
    try:
        yield engine.execution_options(**{SQLITE_BEGIN: None})
    finally:
        await engine.dispose()


async def _hook(url: str, manifest: Manifest) -> float:
    engine = create_engine(parse_database_url(url))
    try:
        # As in app.py, engine and service are there, and the declaration checked, before the hook.
        service = BootstrapService(engine, manifest)
        started = perf_counter()
        await wait_for_database(engine, timeout=0)
        report = await service.run()
        seconds = perf_counter() - started
    finally:
        await engine.dispose()
    _expect(Outcome.UP_TO_DATE, report)
    return seconds


async def _watched(url: str, manifest: Manifest) -> str:
    said: list[str] = []
    async with _opened(url) as engine:
        event.listen(
            engine.sync_engine, "before_cursor_execute", lambda _, __, sql, *___: said.append(sql)
        )
        await BootstrapService(engine, manifest).run()
    (statement,) = said
    return statement


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


def _expect(outcome: Outcome, report: Report) -> None:
    if report.outcome is not outcome:
        raise RuntimeError(f"the database was not as prepared: {report.summary()}")


if __name__ == "__main__":
    child.answer({"warm": warm, "cold": cold, "backfill": backfill})
