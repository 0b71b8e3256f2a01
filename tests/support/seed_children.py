"""The work of the processes in seeding tests. Runs in the child, never in the test."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from threading import Barrier
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.seeding import Seeder, backfill, service
from tests.support.seeds import SHAPES
from tests.support.stops import stops_of

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


def tell_statements(engine: Engine, stop: Callable[[str], None]) -> None:
    """Call `stop` with each statement before it runs."""
    if engine.dialect.name == "sqlite":
        # SQLite itself tells of each statement, pragmas included.
        event.listen(
            engine,
            "connect",
            lambda made, _: made.run_async(lambda driver: driver.set_trace_callback(stop)),
        )
        return
    # SQLAlchemy tells of each statement; COMMIT and what follows it is the driver's own.
    commit = engine.dialect.do_commit

    def stop_around_commit(connection: Any) -> None:
        stop("COMMIT")
        commit(connection)
        stop("the end of the process")

    engine.dialect.do_commit = stop_around_commit
    event.listen(
        engine, "before_cursor_execute", lambda _connection, _cursor, sql, *_rest: stop(sql)
    )
