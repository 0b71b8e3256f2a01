"""Fixtures for tests of the living economy; each `conftest.py` that wants them imports them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.economy import LiveEconomy
from tests.support.seeded import SeededDatabases, SeededPostgresql


@pytest.fixture(scope="session")
def seeded_postgresql(postgresql: Any, seeded_template: str) -> SeededDatabases:
    """Hand out seeded PostgreSQL databases."""
    return SeededPostgresql(postgresql, seeded_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def seeded_databases(request: pytest.FixtureRequest) -> SeededDatabases:
    """Run the test once on each engine."""
    databases: SeededDatabases = request.getfixturevalue(f"seeded_{request.param}")
    return databases


@pytest.fixture
async def live(seeded_databases: SeededDatabases) -> AsyncIterator[LiveEconomy]:
    """Open a fresh economy."""
    async with seeded_databases.fresh() as engine:
        yield LiveEconomy(engine)
