"""Compiled statements do what SQLAlchemy's own execution does, on the same connection."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Select, bindparam, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.compiled import CompiledStatement
from bot.database.errors import is_unavailable, kind, reason
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import SEED_MARKER, UserRow
from bot.seeding.errors import sqlstate
from tests.support.statements import recorded

pytestmark = pytest.mark.seeded

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANA = {"user_id": 2**40, "first_name": "Ana 💰", "created_at": NOON}

_user = UserRow.__table__.c
NEW_USER = CompiledStatement(
    lambda _: insert(UserRow).values(
        {name: bindparam(name, type_=_user[name].type) for name in ANA},
    )
)


def _users(_dialect: str) -> Select[Any]:
    return (
        select(
            UserRow.user_id, UserRow.first_name.label("name"), UserRow.created_at, UserRow.username
        )
        .where(UserRow.user_id >= bindparam("least", type_=_user.user_id.type))
        .limit(10)
    )


USERS = CompiledStatement(_users)


@pytest.fixture
async def writing(engine: AsyncEngine, service: BootstrapService) -> AsyncEngine:
    """Seed the database."""
    await service.run()
    return engine


async def test_values_come_back_as_they_went_in(writing: AsyncEngine) -> None:
    """Types convert both ways, columns have names, constants stay, what was written is counted."""
    async with writing.connect() as connection:
        written = await NEW_USER.execute(connection, ANA)
        (row,) = (await USERS.execute(connection, {"least": 1})).rows
        none = await USERS.execute(connection, {"least": 2**41})

        assert (1, []) == (written.rowcount, written.rows)
        assert (2**40, "Ana 💰", NOON, None) == row
        assert ("Ana 💰", NOON) == (row.name, row.created_at)
        assert [] == none.rows


async def test_one_transaction_with_all_other_statements(writing: AsyncEngine) -> None:
    """A compiled statement is rolled back with the rest, although it came first."""
    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        assert 2**40 == await connection.scalar(select(UserRow.user_id))
        await connection.rollback()

        assert [] == (await USERS.execute(connection, {"least": 0})).rows


async def test_failure_is_one_of_sqlalchemys(writing: AsyncEngine) -> None:
    """What the driver raises arrives wrapped, names no parameter, and the connection lives on."""
    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        with pytest.raises(IntegrityError) as caught:
            await NEW_USER.execute(connection, ANA)
        await connection.rollback()

        assert "Ana" not in str(caught.value)
        assert "gamification" == await connection.scalar(select(SEED_MARKER.c.seed))


async def test_failure_is_told_as_sqlalchemy_tells_it(writing: AsyncEngine) -> None:
    """Reason, kind and SQLSTATE are the same, whichever way the statement took to the driver."""
    told = []
    for execute in (_again, _again_by_sqlalchemy):
        async with writing.connect() as connection:
            await NEW_USER.execute(connection, ANA)
            with pytest.raises(IntegrityError) as caught:
                await execute(connection)
        error = caught.value
        told.append((reason(error), kind(error), sqlstate(error), error.connection_invalidated))

    assert told[1] == told[0]


async def _again(connection: AsyncConnection) -> None:
    await NEW_USER.execute(connection, ANA)


async def _again_by_sqlalchemy(connection: AsyncConnection) -> None:
    await connection.execute(insert(UserRow).values(ANA))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connection_lost_in_a_transaction(writing: AsyncEngine) -> None:
    """A connection that ends between two statements is found out, and no other one is."""
    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        raw.driver_connection.terminate()
        await asyncio.sleep(0)
        with pytest.raises(DBAPIError) as caught:
            await USERS.execute(connection, {"least": 0})

        assert (True, True) == (caught.value.connection_invalidated, is_unavailable(caught.value))
    async with writing.connect() as connection:
        assert [] == (await USERS.execute(connection, {"least": 0})).rows


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_schema_that_changes(writing: AsyncEngine) -> None:
    """A connection whose plans are of another schema is given up, and a new one knows its own."""
    async with writing.connect() as connection:
        for _ in range(2):  # the first one of a transaction goes another way
            await USERS.execute(connection, {"least": 0})
        await connection.commit()
        async with writing.begin() as other:
            await other.execute(text("ALTER TABLE users ALTER first_name TYPE varchar(200)"))
        await connection.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError) as caught:
            await USERS.execute(connection, {"least": 0})

        assert caught.value.connection_invalidated
    async with writing.connect() as connection:
        for _ in range(2):
            assert [] == (await USERS.execute(connection, {"least": 0})).rows


END = CompiledStatement(
    lambda _: select(func.pg_terminate_backend(func.pg_backend_pid()).label("is_ended"))
)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connection_lost_in_a_statement(writing: AsyncEngine) -> None:
    """One that the server ends while it works is unavailable, and the next transaction is well."""
    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        with pytest.raises(DBAPIError) as caught:
            await END.execute(connection, {})

        assert is_unavailable(caught.value)
    async with writing.connect() as connection:
        assert [] == (await USERS.execute(connection, {"least": 0})).rows


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "execute",
    [
        lambda connection: USERS.execute(connection, {"least": 0}),
        lambda connection: connection.execute(select(UserRow)),
    ],
    ids=["compiled", "SQLAlchemy's own"],
)
async def test_lost_connection(
    writing: AsyncEngine, execute: Callable[[AsyncConnection], Awaitable[object]]
) -> None:
    """A connection that the server has ended is found out, and the pool gives a new one."""
    async with writing.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        raw.driver_connection.terminate()
        await asyncio.sleep(0)
        with pytest.raises(DBAPIError) as caught:
            await execute(connection)

        assert is_unavailable(caught.value)
    async with writing.connect() as connection:
        await execute(connection)


async def test_listeners_hear_of_it(writing: AsyncEngine) -> None:
    """Whoever watches the engine's statements sees compiled ones, too."""
    with recorded(writing) as statements:
        async with writing.connect() as connection:
            await USERS.execute(connection, {"least": 0})

    assert ["SELECT users.user_id"] == [one[:20] for one in statements]


async def test_listeners_may_change_it(writing: AsyncEngine) -> None:
    """What a listener returns is what is executed, and all hear of it with a real context."""
    heard: list[Any] = []

    def change(*told: Any) -> Any:
        heard.append(told[4])
        return told[2], (2**41, *told[3][1:])

    def after(*told: Any) -> None:
        heard.append((told[4], told[3]))

    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        event.listen(writing.sync_engine, "before_cursor_execute", change, retval=True)
        event.listen(writing.sync_engine, "after_cursor_execute", after)
        found = await USERS.execute(connection, {"least": 0})

    assert [] == found.rows
    context = heard[0]
    assert context is not None
    assert [context, context] == [heard[0], heard[1][0]]
    assert 2**41 == heard[1][1][0]


async def test_listeners_hear_of_errors(writing: AsyncEngine) -> None:
    """Whoever listens for errors alone hears of one that a compiled statement meets."""
    heard: list[BaseException] = []
    event.listen(
        writing.sync_engine, "handle_error", lambda met: heard.append(met.sqlalchemy_exception)
    )
    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        with pytest.raises(IntegrityError) as caught:
            await NEW_USER.execute(connection, ANA)

    assert [caught.value] == heard


async def test_log_shows_it(writing: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever has SQLAlchemy log statements sees compiled ones in the log."""
    caplog.set_level("INFO", logger="sqlalchemy.engine.Engine")
    async with writing.connect() as connection:
        await USERS.execute(connection, {"least": 0})

    assert "SELECT users.user_id" in caplog.text


@pytest.mark.parametrize("is_watched", [False, True])
async def test_cancelled_statement_leaves_no_connection(
    writing: AsyncEngine, *, is_watched: bool
) -> None:
    """A connection whose statement was cancelled is in no known state, and does not come back."""
    with recorded(writing) if is_watched else nullcontext():
        async with writing.connect() as connection:
            before = (await connection.get_raw_connection()).driver_connection
            statement = asyncio.create_task(USERS.execute(connection, {"least": 0}))
            await asyncio.sleep(0)
            statement.cancel()
            with pytest.raises(asyncio.CancelledError):
                await statement

            assert connection.invalidated
        async with writing.connect() as connection:
            assert before is not (await connection.get_raw_connection()).driver_connection


async def test_after_a_failure_in_a_savepoint(writing: AsyncEngine) -> None:
    """What a savepoint undid is undone, and its transaction goes on."""
    async with writing.connect() as connection:
        await NEW_USER.execute(connection, ANA)
        with pytest.raises(IntegrityError):
            async with connection.begin_nested():
                await NEW_USER.execute(connection, ANA)

        assert [2**40] == [
            row.user_id for row in (await USERS.execute(connection, {"least": 0})).rows
        ]


async def test_integers_beyond_the_database(writing: AsyncEngine) -> None:
    """What the driver refuses to send arrives as SQLAlchemy's error, too."""
    async with writing.connect() as connection:
        with pytest.raises(StatementError):
            await USERS.execute(connection, {"least": 2**70})
