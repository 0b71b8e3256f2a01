"""Exclusive transaction whose lock ends with the process that holds it, whatever ended that.

`BEGIN IMMEDIATE` on SQLite, an advisory lock under READ COMMITTED on PostgreSQL, on any
engine, also one that knows nothing of us.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .errors import LOCK_NOT_AVAILABLE, SeedLocked, is_busy, is_passing, sqlstate

logger = logging.getLogger(__name__)

#: "seeding" as a 64-bit number; PostgreSQL keeps advisory locks per database.
LOCK_KEY: Final = int.from_bytes(b"seeding", "big")
_LONGEST_PAUSE: Final = 0.1
#: Seconds without a statement after which PostgreSQL ends the transaction and frees the lock.
LONGEST_SILENCE: Final = 30

T = TypeVar("T")
#: Opens an exclusive transaction: on an engine, waiting for so many seconds, as a dry run or not.
Exclusive = Callable[[AsyncEngine, float, bool], AbstractAsyncContextManager[AsyncConnection]]


@asynccontextmanager
async def exclusive_transaction(
    engine: AsyncEngine,
    timeout: float,
    _dry_run: bool = False,  # noqa: FBT001, FBT002 - for those who prepare more than a lock
    *,
    key: int = LOCK_KEY,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> AsyncIterator[AsyncConnection]:
    """Hold the lock and an open transaction; it rolls back unless the block commits.

    `before` and `after` are statements for SQLite outside the transaction, where some pragmas
    have to be. Raises `SeedLocked` when another keeps the lock for longer than `timeout` seconds.
    """
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection, _sqlite_lock(connection, timeout, before, after):
            yield connection
        return
    async with engine.connect() as connection:
        # Under REPEATABLE READ the snapshot would be older than the lock.
        await connection.execution_options(isolation_level="READ COMMITTED")
        try:
            # We wait ourselves: a single statement may not last as long as we are ready to wait,
            # and a connection of a pooler's is for others meanwhile.
            has_lock = partial(connection.scalar, _try_lock(timeout, key))
            holder = partial(connection.scalar, _HOLDER, {"key": key})
            await _wait(connection, timeout, has_lock, holder)
            yield connection
        except DBAPIError as error:
            if sqlstate(error) == LOCK_NOT_AVAILABLE:
                raise _gave_up(timeout) from error
            raise


async def retried(work: Callable[[], Awaitable[T]], timeout: float) -> T:
    """Do `work`, a whole transaction, again while it loses deadlocks or meets a busy database."""
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        try:
            return await work()
        except DBAPIError as error:
            if not is_passing(error):
                raise
            await _pause(deadline, _gave_up(timeout) if is_busy(error) else error)
            logger.info("the database was busy with somebody else; trying again")


@asynccontextmanager
async def _sqlite_lock(
    connection: AsyncConnection, timeout: float, before: Sequence[str], after: Sequence[str]
) -> AsyncIterator[None]:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        # We wait ourselves: SQLite's own waiting would block its thread, and a Ctrl-C with it.
        ((patience,),) = await driver.execute_fetchall("PRAGMA busy_timeout")
        await driver.execute_fetchall("PRAGMA busy_timeout = 0")
        await _wait(connection, timeout, partial(_begin_immediate, connection, driver, before))
        # Readers keep nobody from writing, but from the end of it, unless the file is in WAL mode.
        await driver.execute_fetchall(f"PRAGMA busy_timeout = {int(timeout * 1000)}")
        failure: Exception | None = None
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again when the connection is as it was
            failure = error
        await connection.rollback()
        await driver.rollback()  # as an engine in AUTOCOMMIT may skip it
        for statement in (*after, f"PRAGMA busy_timeout = {patience}"):
            await driver.execute_fetchall(statement)
    except BaseException:
        # A cancellation among them: nobody shall get a connection from the pool that is not as it
        # was. Closing it ends the transaction, too, and a database in memory.
        await connection.invalidate()
        raise
    if failure is not None:
        raise failure


async def _begin_immediate(connection: AsyncConnection, driver: Any, before: Sequence[str]) -> bool:
    try:
        for statement in before:
            await driver.execute_fetchall(statement)
        await connection.begin()
        # Whoever listens to SQLAlchemy's begin may have begun a transaction that only reads.
        if driver.in_transaction:
            await driver.rollback()
        await driver.execute_fetchall("BEGIN IMMEDIATE")
    except Exception as error:
        if not is_busy(error):
            raise
        return False
    return True


async def _wait(
    connection: AsyncConnection,
    timeout: float,
    has_lock: Callable[[], Awaitable[object]],
    holder: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Wait until an attempt has the lock; say once for whom, where `holder` can tell."""
    deadline = asyncio.get_running_loop().time() + timeout
    waiting = False
    while not await has_lock():
        if timeout > 0 and not waiting:
            whom = await holder() if holder else None
            logger.info("waiting for %s to release the database lock", whom or "another process")
            waiting = True
        await connection.rollback()
        await _pause(deadline, _gave_up(timeout))


async def _pause(deadline: float, error: Exception) -> None:
    """Wait for the next attempt. Raises `error` when there is no time for one."""
    left = deadline - asyncio.get_running_loop().time()
    if left <= 0:
        raise error
    pause = random.uniform(_LONGEST_PAUSE / 10, _LONGEST_PAUSE)  # noqa: S311 - only spreads
    await asyncio.sleep(min(pause, left))


def _try_lock(timeout: float, key: int) -> Select[tuple[bool]]:
    """Take the lock if it is free, and set the limits of the transaction that has it."""
    limits = {
        # A schema change must not wait for ever on a table that somebody has open. 0 would mean
        # no limit, hence at least a millisecond.
        "lock_timeout": max(int(timeout * 1000), 1),
        # What a role may not do to others with a slow query is no limit for a schema change.
        "statement_timeout": 0,
        # Somebody whom the network has cut off must not keep the lock.
        "idle_in_transaction_session_timeout": LONGEST_SILENCE * 1000,
    }
    return select(func.pg_try_advisory_xact_lock(key)).where(
        *(
            func.set_config(name, str(limit), True).is_not(None)  # noqa: FBT003
            for name, limit in limits.items()
        )
    )


# A 64-bit advisory lock is shown in two halves, with objsubid 1 (PostgreSQL manual, pg_locks).
_HOLDER = text(
    "SELECT coalesce(nullif(application_name, ''), 'a process')"
    " || ' (pid ' || a.pid || ', since ' || xact_start::text || ')'"
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (l.classid::bigint << 32) | l.objid::bigint = :key"
)


def _gave_up(timeout: float) -> SeedLocked:
    waited = f" and did not release it within {timeout:g} s" if timeout else ""
    return SeedLocked(
        f"Another process holds the database lock{waited}; let it finish or stop it, then try "
        "again."
    )
