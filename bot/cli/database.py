"""The operator's database, opened for one command and closed whatever happens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.address import parse_database_url
from bot.database.availability import wait_for_database
from bot.database.engine import create_engine, create_reading_engine
from bot.settings import Settings


@asynccontextmanager
async def opened_database(
    settings: Settings, *, create: bool = False
) -> AsyncIterator[AsyncEngine]:
    """Give an engine whose database answers.

    To `create`, a PostgreSQL that is still starting is given its time, and a SQLite file that is
    not there is made; otherwise that file reads as an empty database and stays away.
    """
    url = parse_database_url(settings.database_url.get_secret_value())
    engine = create_engine(url) if create else create_reading_engine(url)
    try:
        await wait_for_database(engine, timeout=settings.database_wait_timeout if create else 0)
        yield engine
    finally:
        await engine.dispose()
