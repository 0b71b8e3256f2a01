"""The work of the processes in seeding tests. Runs in the child, never in the test."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from threading import Barrier

from sqlalchemy.ext.asyncio import create_async_engine

from bot.seeding import Seeder, backfill, service
from tests.support.seeds import SHAPES
from tests.support.stops import stops_of, tell_statements

#: When all of this happens, so that a statement reads the same in each process.
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def race(connection: Connection, barrier: Barrier, url: str, shape: str) -> None:
    """Seed a shape's newer version at the same moment as all others, and send the outcome."""
    barrier.wait()
    connection.send(asyncio.run(_run(url, shape)))


def step(connection: Connection, url: str, shape: str, slice_size: int) -> None:
    """Seed a shape's newer version, but before each statement send its SQL and wait.

    At the end send the outcome.
    """
    backfill.SLICE = slice_size  # type: ignore[misc]
    service.perf_counter = lambda: 0.0  # type: ignore[attr-defined]
    connection.send(asyncio.run(_run(url, shape, stops_of(connection))))


async def _run(url: str, shape: str, stop: Callable[[str], None] | None = None) -> tuple[str]:
    engine = create_async_engine(url)
    if stop is not None:
        tell_statements(engine.sync_engine, stop)
    try:
        seeder = Seeder(engine, [SHAPES[shape].newer], clock=lambda: NOON)
        return (str((await seeder.run()).outcome),)
    finally:
        await engine.dispose()
