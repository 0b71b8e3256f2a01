"""Pooled connections that died while nobody looked, and whether the database answers."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from bot.database.engine import for_writing
from bot.seeding.errors import sqlite_code

T = TypeVar("T")


async def on_live_connection(engine: AsyncEngine, work: Callable[[], Awaitable[T]]) -> T:
    """Do `work`, a whole transaction, again at once while its connection turns out to be dead.

    The others that wait in the pool may be as dead, and each is found out in its turn; then a new
    one is made. This costs nothing while all is well; asking before each use (`pool_pre_ping`) is
    one more round trip.
    """
    for _ in range(_idle(engine) + 1):
        try:
            return await work()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
    return await work()


def _idle(engine: AsyncEngine) -> int:
    return engine.pool.checkedin() if isinstance(engine.pool, QueuePool) else 0


async def probe(engine: AsyncEngine) -> None:
    """Return once the database has answered. Raises what the driver raises when it does not."""

    async def ask() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT 1"))

    await on_live_connection(engine, ask)


async def takes_writes(engine: AsyncEngine) -> bool:
    """Return whether the database would take a write now; nothing is written.

    On SQLite it must be this connection's turn to write. Raises what the driver raises when the
    database does not answer.
    """

    async def ask() -> bool:
        async with for_writing(engine).connect() as connection:
            if connection.dialect.name == "postgresql":
                read_only = await connection.scalar(text("SHOW transaction_read_only"))
                return bool(read_only == "off")
            # SQLite lets who may only read begin as a writer; only a write, rolled back, meets it.
            version = await connection.scalar(text("PRAGMA user_version"))
            await connection.execute(text(f"PRAGMA user_version = {version}"))
            await connection.rollback()
            return True

    try:
        return await on_live_connection(engine, ask)
    except DBAPIError as error:
        if sqlite_code(error) == sqlite3.SQLITE_READONLY:
            return False
        raise
