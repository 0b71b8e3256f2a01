from collections.abc import AsyncIterator

import pytest

from tests.support.dispatching import Dispatching, dispatching
from tests.support.economy import LiveEconomy
from tests.support.economy_fixtures import (
    live,
    seeded_databases,
    seeded_postgresql,
)
from tests.support.live_bot import LiveBot, live_bot
from tests.support.seeded import SeededDatabases

__all__ = ["live", "seeded_databases", "seeded_postgresql"]


@pytest.fixture
async def telegram(live: LiveEconomy) -> AsyncIterator[Dispatching]:
    """Put the real dispatcher on top of `live`'s database."""
    async with dispatching(live.engine) as telegram:
        yield telegram


@pytest.fixture
async def bot(seeded_sqlite: SeededDatabases) -> AsyncIterator[LiveBot]:
    """Run the whole bot on SQLite, polling a local Telegram."""
    async with seeded_sqlite.fresh() as engine, live_bot(engine) as bot:
        yield bot
