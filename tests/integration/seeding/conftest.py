"""A stranger's engine, and one PostgreSQL database for all the tests of a file."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.support.databases import throw_away

#: An engine knows the statements that it has compiled, so that the file's tests share one.
_open = lru_cache(maxsize=1)(create_async_engine)


@pytest.fixture(scope="module")
def postgresql_database(postgresql: Any) -> Iterator[str]:
    """Make a database that the tests of the file empty one after another."""
    with throw_away(postgresql) as url:
        stranger = make_url(url).set(drivername="postgresql+asyncpg")
        yield stranger.render_as_string(hide_password=False)


@pytest.fixture
def postgresql_url(postgresql_database: str) -> str:
    """Name the file's database, which is empty."""
    return postgresql_database


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Open the test's database as somebody who has never heard of us does."""
    engine = _open(database_url).execution_options()
    yield engine
    if engine.dialect.name == "postgresql":
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
    await engine.dispose()
