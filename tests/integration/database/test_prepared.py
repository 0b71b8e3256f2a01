"""Statements of a transaction that stay prepared on PostgreSQL, and how they fail."""

import pytest
from sqlalchemy import func, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.compiled import CompiledStatement

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

ASK = CompiledStatement(lambda _: select(func.current_database().label("name")))
FAIL = CompiledStatement(lambda _: select(text("pg_temp.fail()")))


@pytest.mark.parametrize("state", ["23503", "23505", "23514", "26000", "40P01", "42P01", "XX000"])
async def test_failure_has_sqlalchemys_kind(engine: AsyncEngine, state: str) -> None:
    """It has the same classes, also as the driver's, whichever statement of a transaction fails."""
    told = []
    for statements_before in (0, 1):
        async with engine.connect() as connection:
            await connection.exec_driver_sql(
                "CREATE OR REPLACE FUNCTION pg_temp.fail() RETURNS int LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"
            )
            await connection.commit()
            for _ in range(statements_before):
                await ASK.execute(connection, {})
            with pytest.raises(DBAPIError) as caught:
                await FAIL.execute(connection, {})
        told.append((type(caught.value), type(caught.value.orig)))

    assert told[0] == told[1]


async def test_statements_that_the_server_forgot(engine: AsyncEngine) -> None:
    """A connection between whose transactions somebody discards all is given up, not kept."""
    async with engine.connect() as connection:
        for _ in range(2):  # the first one of a transaction goes another way
            await ASK.execute(connection, {})
        await connection.commit()
        await connection.exec_driver_sql("DEALLOCATE ALL")
        with pytest.raises(DBAPIError) as caught:
            await ASK.execute(connection, {})

        assert caught.value.connection_invalidated
    async with engine.connect() as connection:
        for _ in range(2):
            assert 1 == len((await ASK.execute(connection, {})).rows)


async def test_no_end_of_statements(engine: AsyncEngine) -> None:
    """However many different ones there are, the server keeps about as many as are in use."""
    async with engine.connect() as connection:
        for number in range(250):
            statement = CompiledStatement(lambda _, n=number: select(literal(n).label(f"is_{n}")))
            assert 1 == len((await statement.execute(connection, {})).rows)
        kept = await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))

    assert kept is not None
    assert kept <= 110
