"""A stranger's engine, and one PostgreSQL database for all the tests of a file."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_numbers = count(1)


@pytest.fixture(scope="module")
def postgresql_database(postgresql: Any) -> Iterator[str]:
    """Make a database that the tests of the file empty one after another."""
    name = f"seeding_{next(_numbers)}"
    postgresql.psql(f"CREATE DATABASE {name};")
    url = make_url(postgresql.get_uri(database=name)).set(drivername="postgresql+asyncpg")
    yield url.render_as_string(hide_password=False)
    postgresql.psql(f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture
def postgresql_url(postgresql_database: str) -> str:
    """Name the file's database, which is empty."""
    return postgresql_database


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Open the test's database as somebody who has never heard of us does."""
    engine = create_async_engine(database_url)
    yield engine
    if engine.dialect.name == "postgresql":
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
    await engine.dispose()
