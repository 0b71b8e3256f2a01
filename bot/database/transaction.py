"""Transactions: the short one of an update, and the exclusive one of seed, upgrade and wipe."""

import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.engine import SQLITE_BEGIN
from bot.database.errors import DatabaseLocked
from bot.database.fast_aiosqlite import FastConnection
from bot.database.postgresql import BoundedConnection
from bot.database.sqlite_file import journal_of
from bot.seeding import SeedLocked
from bot.seeding.lock import exclusive_transaction as locked_transaction

#: "besitos" as a 64-bit number; PostgreSQL keeps advisory locks per database.
ADVISORY_LOCK: Final = int.from_bytes(b"besitos", "big")


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a connection that begins with its first statement; commit unless the block raises.

    `engine.begin()` does the same, and makes two objects, three greenlets and a task more for it.
    """
    async with AsyncExitStack() as closing:
        connection = await closing.enter_async_context(engine.connect())
        # A COMMIT that failed must be followed by it, or closing takes the transaction for ended.
        closing.push_async_callback(connection.rollback)
        yield connection
        await connection.run_sync(_commit_and_close)
        closing.pop_all()


def _commit_and_close(connection: Connection) -> None:
    connection.commit()
    connection.close()


@asynccontextmanager
async def exclusive_transaction(
    engine: AsyncEngine,
    timeout: float,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - as the seeder calls it
) -> AsyncIterator[AsyncConnection]:
    """Hold the lock and an open transaction; it rolls back unless the block commits.

    Foreign keys are off inside on SQLite, where schema changes drop and recreate tables.
    A dry run leaves even SQLite's journal mode as it is. Inside, a statement of PostgreSQL's may
    wait for a lock as long as this did, and then gets its own time; SQLite's get all they need.

    Raises `DatabaseLocked` when another process keeps the lock for longer than `timeout` seconds.
    """
    # Readers never wait for writers in WAL mode. The mode is kept in the file, and changing it
    # needs the file for oneself: that is why it is part of getting the lock.
    journal = "PRAGMA journal_mode" if dry_run else await journal_of(engine)
    try:
        async with (
            locked_transaction(
                engine.execution_options(**{SQLITE_BEGIN: None}),
                timeout,
                key=ADVISORY_LOCK,
                before=("PRAGMA foreign_keys = OFF", journal),
                after=("PRAGMA foreign_keys = ON",),
            ) as connection,
            _patience(connection, timeout),
        ):
            yield connection
    except SeedLocked as error:
        raise DatabaseLocked(str(error)) from error


@asynccontextmanager
async def _patience(connection: AsyncConnection, more: float) -> AsyncIterator[None]:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if isinstance(driver, FastConnection):
        # It waits for nobody here, and makes a table anew in one statement, however large it is.
        limit, patience = driver.limit, math.inf
    elif issubclass(type(driver), BoundedConnection):  # asyncpg has made isinstance() always true
        limit, patience = driver.deadline, driver.deadline.seconds + more
    else:
        yield
        return
    seconds, limit.seconds = limit.seconds, patience
    try:
        yield
    finally:
        limit.seconds = seconds
