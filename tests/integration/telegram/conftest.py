import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.telegram.client import Backoff
from tests.support.dispatching import Dispatching, dispatching
from tests.support.economy import LiveEconomy
from tests.support.economy_fixtures import live, seeded_databases, seeded_postgresql
from tests.support.live_bot import LiveBot, live_bot
from tests.support.outages import Operator
from tests.support.seeded import SeededDatabases, opened

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


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot try again at once, nearly."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.02))


@pytest.fixture
def operator(postgresql_url: str) -> Operator:
    """Give somebody with the rights to spoil everything."""
    return Operator(postgresql_url)


@pytest.fixture
async def on_postgresql(postgresql_url: str) -> AsyncIterator[LiveBot]:
    """Run the whole bot on a PostgreSQL database of its own."""
    async with opened(postgresql_url) as engine:
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE bot_config SET max_reactions_per_day = 1000"))
        async with live_bot(engine) as bot:
            yield bot
