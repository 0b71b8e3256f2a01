"""What both engines must do the same way."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import availability
from bot.database.address import parse_database_url, sqlite_file
from bot.database.availability import wait_for_database
from bot.database.engine import create_engine
from bot.database.errors import DatabaseError, DatabaseUnavailable
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import UserRow
from bot.seeding.report import Counts
from tests.support.database import add_users


async def test_times_come_back_in_utc(engine: AsyncEngine, service: BootstrapService) -> None:
    """A time in any zone is the same moment afterwards, aware and in UTC."""
    await service.run()
    madrid = datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    async with engine.begin() as connection:
        await connection.execute(
            insert(UserRow).values(user_id=1, first_name="A", created_at=madrid)
        )
        (found,) = (await connection.scalars(select(UserRow.created_at))).all()

    assert datetime(2026, 6, 30, 23, 30, tzinfo=UTC) == found
    assert timedelta(0) == found.utcoffset()


async def test_times_without_a_zone_are_refused(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """Nobody could say what a naive time means."""
    await service.run()
    naive = datetime(2026, 7, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(StatementError, match="naive"):
        async with engine.begin() as connection:
            await connection.execute(
                insert(UserRow).values(user_id=1, first_name="A", created_at=naive)
            )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_emoji_are_stored_as_such(engine: AsyncEngine, service: BootstrapService) -> None:
    """The bare driver reads 💰, neither an escape nor mojibake."""
    await service.run()
    with closing(sqlite3.connect(str(sqlite_file(engine.url)))) as shell:
        (raw,) = shell.execute(
            "SELECT reward_value FROM rewards WHERE key = 'ahorrador_principiante'"
        ).fetchone()

    assert "💰" in raw
    assert {"badge_name": "ahorrador", "emoji": "💰"} == json.loads(raw)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_foreign_keys_are_on_again_after_a_bootstrap(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """The connection that seeded goes back to the pool with its habits restored."""
    await service.run()
    async with engine.connect() as connection:
        assert 1 == await connection.scalar(text("PRAGMA foreign_keys"))
        assert 60_000 == await connection.scalar(text("PRAGMA busy_timeout"))
        assert "wal" == await connection.scalar(text("PRAGMA journal_mode"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("moment", range(6))
async def test_cancelled_bootstrap(
    engine: AsyncEngine, service: BootstrapService, moment: int
) -> None:
    """Whenever it is cancelled it says so, and no connection comes back with its habits lost."""
    await service.run()
    await add_users(engine, *range(1000))
    bootstrap = asyncio.create_task(service.run())
    driver_calls = count()

    def cancel_at_the_moment(*_: object) -> None:
        if next(driver_calls) == moment:
            bootstrap.cancel()

    with watched_driver(cancel_at_the_moment), pytest.raises(asyncio.CancelledError):
        await bootstrap

    async with engine.connect() as connection:
        assert 1 == await connection.scalar(text("PRAGMA foreign_keys"))
        assert 60_000 == await connection.scalar(text("PRAGMA busy_timeout"))
    assert Counts(created=1000) == (await service.run()).counts("profiles")


@contextmanager
def watched_driver(watch: Callable[..., None]) -> Iterator[None]:
    """Call `watch` with whatever leaves for aiosqlite's thread."""
    execute = aiosqlite.Connection._execute  # noqa: SLF001 - every hop goes this way

    async def watched(self: aiosqlite.Connection, *args: Any, **options: Any) -> Any:
        watch(*args)
        return await execute(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiosqlite.Connection, "_execute", watched)
        yield


async def test_host_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that takes the connection and says nothing does not hold a start up for a minute."""
    monkeypatch.setattr(availability, "_PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        engine = create_engine(parse_database_url(f"postgresql://me:hush@{address}/besitos"))
        with pytest.raises(DatabaseUnavailable, match=r"within 0.1 s \(no answer\)"):
            await wait_for_database(engine, timeout=0.1)
        await engine.dispose()


async def test_missing_folder_is_said() -> None:
    """A SQLite path in a folder that is not there is an operator's mistake."""
    engine = create_engine(parse_database_url("sqlite:///nowhere/besitos.db"))
    with pytest.raises(DatabaseError, match=r"folder nowhere .* does not exist"):
        await wait_for_database(engine, timeout=5)
    await engine.dispose()


async def test_database_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody listens: the wait says so, ends in time and hides the password."""
    caplog.set_level("INFO")
    engine = create_engine(parse_database_url("postgresql://me:hush@127.0.0.1:9/besitos"))
    with pytest.raises(DatabaseUnavailable, match=r"did not answer within 0.3 s") as caught:
        await wait_for_database(engine, timeout=0.3)
    await engine.dispose()

    assert "waiting for the database" in caplog.text
    assert "hush" not in caplog.text + str(caught.value)


async def test_wrong_database_is_refused_at_once(postgresql_url: str) -> None:
    """Waiting does not make a database that does not exist appear."""
    url = parse_database_url(postgresql_url).set(database="nobody_made_this")
    engine = create_engine(url)
    with pytest.raises(DatabaseError, match=r"refuses the connection .*does not exist"):
        await wait_for_database(engine, timeout=60)
    await engine.dispose()
