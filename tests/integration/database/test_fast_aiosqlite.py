"""A transaction's BEGIN travels with its first statement."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.database.url import sqlite_file
from bot.gamification.bootstrap.service import BootstrapService

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NEW_USER = "INSERT INTO users (user_id, first_name) VALUES (1, 'Ana')"
USERS = "SELECT count(*) FROM users"


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
