"""The work of the processes in crash and race tests. Runs in the child, never in the test."""

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from threading import Barrier
from typing import Any

# Imported here so that the fork server has them and no child has to import them again.
import alembic.command  # noqa: F401
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding import Report, backfill, service
from tests.support.stops import stops_of, tell_statements

#: When all of this happens, so that a statement reads the same in each process.
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def race(connection: Connection, barrier: Barrier, url: str) -> None:
    """Bootstrap at the same moment as all others, and send the report."""
    barrier.wait()
    connection.send(asyncio.run(_bootstrap(url)))


def step(connection: Connection, url: str, slice_size: int) -> None:
    """Bootstrap, but before each statement send its SQL and wait; at the end send the report."""
    backfill.SLICE = slice_size  # type: ignore[misc]
    service.perf_counter = lambda: 0.0  # type: ignore[attr-defined] # recorded, and so in the SQL
    connection.send(asyncio.run(_bootstrap(url, stops_of(connection))))


async def _bootstrap(url: str, stop: Any = None) -> Report:
    engine = create_engine(parse_database_url(url))
    try:
        if stop is not None:
            tell_statements(engine.sync_engine, stop)
        return await BootstrapService(engine, load_manifest(), clock=lambda: NOON).run()
    finally:
        await engine.dispose()
