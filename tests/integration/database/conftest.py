from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from tests.support.databases import throw_away


@pytest.fixture
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """Open an empty database of the engine that the test names, or of each."""
    kind = getattr(request, "param", "sqlite")
    url = f"sqlite+aiosqlite:///{tmp_path / 'target.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("another_postgresql_url")
    engine = create_engine(parse_database_url(url))
    async with engine.connect():
        pass  # makes the file, as the command does
    yield engine
    await engine.dispose()


@pytest.fixture
def another_postgresql_url(postgresql: Any) -> Any:
    """Make a second PostgreSQL database."""
    with throw_away(postgresql) as url:
        yield url
