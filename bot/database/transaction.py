"""The exclusive transaction of seed, upgrade and wipe.

Its lock belongs to the transaction, so it ends with the process that holds it, whatever ended that
process: `BEGIN IMMEDIATE` on SQLite, `pg_advisory_xact_lock` on PostgreSQL.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import aiosqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import func, select, text

from bot.database.engine import SQLITE_BUSY_TIMEOUT, for_writing
from bot.database.errors import DatabaseLocked, is_busy, sqlstate

logger = logging.getLogger(__name__)

#: "besitos" as a 64-bit number; PostgreSQL keeps advisory locks per database.
ADVISORY_LOCK = int.from_bytes(b"besitos", "big")
_LOCK_NOT_AVAILABLE = "55P03"
_LONGEST_PAUSE = 0.1


@asynccontextmanager
async def exclusive_transaction(
    engine: AsyncEngine, *, timeout: float, dry_run: bool = False
) -> AsyncIterator[AsyncConnection]:
    """Hold the lock and an open transaction; it rolls back unless the block commits.

    Foreign keys are off inside on SQLite, where schema changes drop and recreate tables.
    A dry run leaves even SQLite's journal mode as it is.

    Raises `DatabaseLocked` when another process keeps the lock for longer than `timeout` seconds.
    """
    async with for_writing(engine).connect() as connection:
        if engine.dialect.name == "sqlite":
            async with _sqlite_lock(connection, timeout, dry_run=dry_run):
                yield connection
        else:
            await _postgresql_lock(connection, timeout)
            try:
                yield connection
            except DBAPIError as error:
                if sqlstate(error) == _LOCK_NOT_AVAILABLE:
                    raise _gave_up(timeout) from error
                raise


@asynccontextmanager
async def _sqlite_lock(
    connection: AsyncConnection, timeout: float, *, dry_run: bool
) -> AsyncIterator[None]:
    driver = cast("aiosqlite.Connection", (await connection.get_raw_connection()).driver_connection)
    try:
        # Neither pragma can change inside a transaction, so they go past SQLAlchemy's autobegin.
        # We wait ourselves: SQLite's own waiting would block its thread, and a Ctrl-C with it.
        await driver.executescript("PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = 0")
        # Readers never wait for writers in WAL mode. The mode is kept in the file, and changing
        # it needs the file for oneself: that is why it is part of getting the lock.
        first = "PRAGMA journal_mode" if dry_run else "PRAGMA journal_mode = WAL"
        await _begin_immediate(connection, driver, first, timeout)
        yield
        await connection.rollback()
        await driver.executescript(
            f"PRAGMA foreign_keys = ON;PRAGMA busy_timeout = {int(SQLITE_BUSY_TIMEOUT * 1000)}"
        )
    except BaseException:
        # Whatever it was, a cancellation among them: nobody shall get a connection from the pool
        # that does not check foreign keys. Closing it ends the transaction, too.
        await connection.invalidate()
        raise


async def _begin_immediate(
    connection: AsyncConnection, driver: aiosqlite.Connection, first: str, timeout: float
) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    waiting = False
    while True:
        try:
            await driver.execute_fetchall(first)
            await connection.begin()
            await connection.exec_driver_sql("SELECT 1")  # BEGIN goes with the first statement
        except (aiosqlite.OperationalError, DBAPIError) as error:
            if not is_busy(error):
                raise
            await connection.rollback()
        else:
            return
        if loop.time() >= deadline:
            raise _gave_up(timeout)
        if not waiting:
            logger.info("waiting for another process to release the database lock")
            waiting = True
        pause = random.uniform(_LONGEST_PAUSE / 10, _LONGEST_PAUSE)  # noqa: S311 - only spreads
        await asyncio.sleep(min(pause, max(deadline - loop.time(), 0)))


async def _postgresql_lock(connection: AsyncConnection, timeout: float) -> None:
    # lock_timeout holds for the whole transaction: a schema change must not wait for ever on a
    # table that somebody has open. 0 would mean no limit, hence at least a millisecond.
    milliseconds = str(max(int(timeout * 1000), 1))
    locked = await connection.scalar(
        select(func.pg_try_advisory_xact_lock(ADVISORY_LOCK)).where(
            func.set_config("lock_timeout", milliseconds, True).is_not(None)  # noqa: FBT003
        )
    )
    if locked:
        return
    if timeout == 0:
        raise _gave_up(timeout)
    holder = await connection.scalar(_HOLDER, {"key": ADVISORY_LOCK})
    logger.info("waiting for %s to release the database lock", holder or "another process")
    try:
        await connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    except DBAPIError as error:
        if sqlstate(error) == _LOCK_NOT_AVAILABLE:
            raise _gave_up(timeout) from error
        raise


# A 64-bit advisory lock is shown in two halves, with objsubid 1 (PostgreSQL manual, pg_locks).
_HOLDER = text(
    "SELECT coalesce(nullif(application_name, ''), 'a process')"
    " || ' (pid ' || a.pid || ', since ' || xact_start::text || ')'"
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (l.classid::bigint << 32) | l.objid::bigint = :key"
)


def _gave_up(timeout: float) -> DatabaseLocked:
    waited = f" and did not release it within {timeout:g} s" if timeout else ""
    return DatabaseLocked(
        f"Another process holds the database lock{waited}; let it finish or stop it, then try "
        "again."
    )
