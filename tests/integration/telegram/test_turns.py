"""Turns at polling: the lock in the database, and what ends it."""

import asyncio
import logging

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.session_lock import session_lock
from bot.database.url import parse_database_url
from bot.telegram import turns as module
from bot.telegram.turns import Turns
from tests.support.pgbouncer import PGBOUNCER, pgbouncer
from tests.support.waiting import until

BOT = 42


class Process:
    """Takes turns as a bot does, and knows when it polls."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Start."""
        self.stop = asyncio.Event()
        self.turns = Turns(engine, BOT, self.stop)
        self.begun = 0
        self.polling = False
        self.task = asyncio.create_task(self.turns.run(self._poll))

    async def _poll(self, over: asyncio.Event) -> None:
        self.begun += 1
        self.polling = True
        await over.wait()
        self.polling = False

    async def end(self) -> None:
        """Stop, and let everything be closed."""
        self.stop.set()
        await self.task


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Look often, and log as the bot does."""
    monkeypatch.setattr(module, "INTERVAL", 0.05)
    caplog.set_level(logging.INFO)


async def test_one_after_the_other(postgresql_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """The second polls when the first has ended, and both say so once."""
    engine = create_engine(parse_database_url(postgresql_url))
    first = Process(engine)
    await until(lambda: first.polling)
    second = Process(engine)
    await until(lambda: second.turns.standing_by)
    await asyncio.sleep(0.2)
    both = (first.polling, second.polling)

    await first.end()
    await until(lambda: second.polling)
    await second.end()
    await engine.dispose()

    assert (True, False) == both
    assert not second.turns.standing_by
    assert 2 == len([one for one in caplog.messages if "stands by" in one or "takes over" in one])


async def test_lost_lock(postgresql_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whose connection ends stops polling, and polls again only with the lock."""
    engine = create_engine(parse_database_url(postgresql_url))
    process = Process(engine)
    await until(lambda: process.polling)

    async with engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    await until(lambda: process.begun == 2)
    held = []
    async with session_lock(engine.url, f"besitos polling {BOT}") as lock:
        held.append(await lock.take())
    await process.end()
    await engine.dispose()

    assert [False] == held
    assert any("its lock is lost" in one for one in caplog.messages)
    assert any("polling goes on" in one for one in caplog.messages)


async def test_sqlite_has_no_turns(sqlite_url: str) -> None:
    """A second process on the file is told by Telegram alone."""
    engine = create_engine(parse_database_url(sqlite_url))
    processes = [Process(engine) for _ in range(2)]
    await until(lambda: all(one.polling for one in processes))
    for one in processes:
        await one.end()
    await engine.dispose()

    assert [1, 1] == [one.begun for one in processes]


@pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed")
async def test_pooler_has_no_sessions(postgresql_url: str) -> None:
    """Behind one that gives each transaction another session no lock is taken."""
    url = parse_database_url(postgresql_url)
    async with pgbouncer(str(url.query["host"])) as port:
        there = f"postgresql://postgres@127.0.0.1:{port}/{url.database}"
        engine = create_engine(parse_database_url(there))
        processes = [Process(engine) for _ in range(2)]
        await until(lambda: all(one.polling for one in processes))
        for one in processes:
            await one.end()
        await engine.dispose()

    assert [1, 1] == [one.begun for one in processes]
