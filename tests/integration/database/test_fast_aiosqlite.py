"""A transaction's BEGIN travels with its first statement, and who has the lock goes nowhere."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.compiled import CompiledStatement
from bot.database.engine import create_engine, for_writing
from bot.database.errors import is_unavailable
from bot.database.transaction import exclusive_transaction, transaction
from bot.database.url import sqlite_file
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import UserRow
from tests.support.waiting import until

pytestmark = [
    pytest.mark.seeded,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
ALL_USERS = CompiledStatement(lambda _: select(UserRow.user_id))
NEW_USER = "INSERT INTO users (user_id, first_name) VALUES (1, 'Ana')"
USERS = "SELECT count(*) FROM users"
COUNTING = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n {}) SELECT max(x) FROM n"
FOR_EVER, FOR_LONG = COUNTING.format(""), COUNTING.format("LIMIT 300000")
USERS_FOR_EVER = (
    "INSERT INTO users (user_id, first_name)"
    " WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n) SELECT x, 'Ana' FROM n"
)


@pytest.fixture
async def hasty(engine: AsyncEngine, service: BootstrapService) -> AsyncIterator[AsyncEngine]:
    """Open the seeded file with no patience at all."""
    await service.run()
    hasty = create_engine(engine.url, timeout=0.02)
    yield hasty
    await hasty.dispose()


async def test_statement_that_takes_too_long(hasty: AsyncEngine) -> None:
    """It ends, with its transaction, and the connection goes on."""
    async with for_writing(hasty).connect() as connection:
        await connection.exec_driver_sql(NEW_USER)
        with pytest.raises(OperationalError, match=r"no answer within 0\.02 s"):
            await connection.exec_driver_sql(FOR_EVER)
        await connection.rollback()

        assert 0 == await connection.scalar(text(USERS))


@pytest.mark.parametrize(
    "go_on",
    [
        lambda connection: connection.exec_driver_sql(NEW_USER),
        lambda connection: ALL_USERS.execute(connection, {}),
        lambda connection: connection.exec_driver_sql("SAVEPOINT mine"),
        lambda connection: connection.execute(insert(UserRow), [{"user_id": 1, "first_name": "A"}]),
        AsyncConnection.commit,
    ],
    ids=["statement", "small statement", "savepoint", "many", "commit"],
)
async def test_transaction_that_sqlite_has_rolled_back(
    hasty: AsyncEngine, go_on: Callable[[AsyncConnection], Awaitable[object]]
) -> None:
    """Whoever goes on after a write that failed does not write by autocommit, nor hears of none."""
    async with for_writing(hasty).connect() as connection:
        await connection.exec_driver_sql(NEW_USER)
        with pytest.raises(OperationalError, match="no answer"):
            await connection.exec_driver_sql(USERS_FOR_EVER)
        with pytest.raises(OperationalError, match="rolled the transaction back") as caught:
            await go_on(connection)
        await connection.rollback()

        assert 0 == await connection.scalar(text(USERS))
    assert is_unavailable(caught.value)


async def test_wait_for_the_lock_is_no_work(hasty: AsyncEngine) -> None:
    """A statement has all its time, however long its BEGIN has waited."""
    file = str(sqlite_file(hasty.url))
    with closing(sqlite3.connect(file, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.1, other.rollback)
        async with for_writing(hasty).begin() as connection:
            assert 4_000 == await connection.scalar(text(COUNTING.format("LIMIT 4000")))


@pytest.fixture
async def patient(
    engine: AsyncEngine, service: BootstrapService, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncEngine]:
    """Open the seeded file with a BEGIN that tries again and again."""
    await service.run()
    monkeypatch.setattr("bot.database.engine.SQLITE_BUSY_TIMEOUT", 0.05)
    patient = for_writing(create_engine(engine.url))
    yield patient
    await patient.dispose()


async def test_lock_that_is_held_for_long(patient: AsyncEngine) -> None:
    """BEGIN waits for longer than SQLite does by itself."""
    with closing(sqlite3.connect(str(sqlite_file(patient.url)))) as other:
        other.execute("BEGIN IMMEDIATE")
        async with patient.connect() as connection:
            waiting = asyncio.create_task(connection.exec_driver_sql(NEW_USER))
            await asyncio.wait([waiting], timeout=0.3)
            assert not waiting.done()
            other.rollback()
            await waiting
            await connection.commit()


async def test_commit_that_a_reader_keeps_waiting(
    patient: AsyncEngine, engine: AsyncEngine
) -> None:
    """Without a write-ahead log it waits for whoever reads, such as a backup, as long as BEGIN."""
    await engine.dispose()  # for the mode can only be changed alone
    file = str(sqlite_file(patient.url))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        async with patient.connect() as connection:
            await connection.exec_driver_sql(NEW_USER)
            other.execute("BEGIN")
            other.execute(USERS).fetchall()
            committing = asyncio.create_task(connection.commit())
            await asyncio.wait([committing], timeout=0.3)
            assert not committing.done()
            other.rollback()
            await committing


@pytest.mark.parametrize("end", [AsyncConnection.rollback, AsyncConnection.invalidate])
async def test_lock_that_nobody_waits_for_any_more(
    patient: AsyncEngine, end: Callable[[AsyncConnection], Awaitable[object]]
) -> None:
    """Who is cancelled, as by a stop, need not wait for what others do with the file."""
    with closing(sqlite3.connect(str(sqlite_file(patient.url)))) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(20), patient.connect() as connection:
            waiting = asyncio.create_task(connection.exec_driver_sql(NEW_USER))
            await asyncio.wait([waiting], timeout=0.1)
            waiting.cancel()
            await asyncio.wait([waiting])
            await end(connection)
        other.rollback()
    async with patient.begin() as connection:
        await connection.exec_driver_sql(NEW_USER)


async def test_what_comes_after_a_long_pause(hasty: AsyncEngine) -> None:
    """The time of a statement ends with it: neither work between two nor a COMMIT is in it."""
    async with for_writing(hasty).begin() as connection:
        await connection.exec_driver_sql(NEW_USER)
        await asyncio.sleep(0.1)

    async with hasty.connect() as connection:
        assert 1 == await connection.scalar(text(USERS))


async def test_long_work_of_a_start(hasty: AsyncEngine) -> None:
    """A table that is made anew may take its time, and the next transaction is hasty again."""
    async with exclusive_transaction(hasty, 1) as connection:
        assert 300_000 == await connection.scalar(text(FOR_LONG))
    async with hasty.connect() as connection:
        with pytest.raises(OperationalError, match="no answer"):
            await connection.exec_driver_sql(FOR_EVER)


async def test_writer_is_alone_from_its_first_statement(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """A SELECT keeps other writers out already; before it, nobody is kept waiting."""
    await service.run()
    with closing(sqlite3.connect(str(sqlite_file(engine.url)), timeout=0)) as other:
        async with for_writing(engine).begin() as connection:
            other.execute("BEGIN IMMEDIATE").connection.rollback()
            await connection.exec_driver_sql(USERS)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")


async def test_begin_that_failed_is_not_forgotten(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """Whoever goes on after a BEGIN that found the file locked does not write by autocommit."""
    await service.run()
    with closing(sqlite3.connect(str(sqlite_file(engine.url)))) as other:
        async with for_writing(engine).connect() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            await connection.rollback()
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError, match="locked"):
                await connection.exec_driver_sql(NEW_USER)
            other.rollback()
            await connection.exec_driver_sql(NEW_USER)
            await connection.rollback()

        assert (0,) == other.execute(USERS).fetchone()


async def test_savepoint_begins_the_transaction(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """A savepoint as the first statement stands inside the transaction, not instead of it."""
    await service.run()
    with closing(sqlite3.connect(str(sqlite_file(engine.url)))) as other:
        async with for_writing(engine).begin() as connection:
            async with connection.begin_nested():
                await connection.exec_driver_sql(NEW_USER)

            assert (0,) == other.execute(USERS).fetchone()

        assert (1,) == other.execute(USERS).fetchone()


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what is done in the threads of connections."""
    execute, seen = aiosqlite.Connection._execute, []  # noqa: SLF001 - every visit goes this way

    async def watched(self: aiosqlite.Connection, *args: Any, **options: Any) -> Any:
        seen.append(args)
        return await execute(self, *args, **options)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", watched)
    return seen


async def test_small_statements_under_the_lock(
    engine: AsyncEngine, service: BootstrapService, visits: list[Any]
) -> None:
    """A writer visits the thread with what takes its time: COMMIT."""
    await service.run()
    async with transaction(for_writing(engine)) as connection:
        # SQLAlchemy brings its functions to a new connection.
        await ALL_USERS.execute(connection, {})
    visits.clear()
    async with transaction(for_writing(engine)) as connection:
        for _ in range(3):
            assert [] == (await ALL_USERS.execute(connection, {})).rows

    assert 1 == len(visits)


async def test_small_statements_while_another_writes(
    engine: AsyncEngine, service: BootstrapService, visits: list[Any]
) -> None:
    """The first one waits in the thread for the lock; the others have it, and go nowhere."""
    await service.run()
    new = CompiledStatement(
        lambda _: insert(UserRow).values(user_id=bindparam("number"), first_name="Ana")
    )
    async with transaction(for_writing(engine)) as connection:
        await new.execute(connection, {"number": 1})
    file = str(sqlite_file(engine.url))
    with closing(sqlite3.connect(file, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        visits.clear()
        async with transaction(for_writing(engine)) as connection:
            first = asyncio.create_task(new.execute(connection, {"number": 2}))
            await until(lambda: visits)
            other.rollback()
            await first
            await new.execute(connection, {"number": 3})

        assert [(3,)] == other.execute(USERS).fetchall()
    assert 2 == len(visits)


async def test_small_statements_without_the_lock(
    engine: AsyncEngine, service: BootstrapService, visits: list[Any]
) -> None:
    """Who may have to wait for a lock yet visits the thread each time."""
    await service.run()
    visits.clear()
    async with transaction(engine) as connection:
        for _ in range(3):
            await ALL_USERS.execute(connection, {})

    assert 3 + 1 == len(visits)


async def test_transaction_that_raises(engine: AsyncEngine, service: BootstrapService) -> None:
    """What was written before an error is not there, and the connection is back in the pool."""
    await service.run()
    with suppress(LookupError):
        async with transaction(for_writing(engine)) as connection:
            await connection.exec_driver_sql(NEW_USER)
            raise LookupError
    async with transaction(for_writing(engine)) as connection:
        assert 0 == (await connection.exec_driver_sql(USERS)).scalar()

    assert 0 == engine.pool.checkedout()  # type: ignore[attr-defined]
