"""Engines: both must do the same way."""

import asyncio
import json
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

from bot.database.engine import SQLITE_BUSY_TIMEOUT, create_engine
from bot.database.errors import DatabaseError
from bot.database.url import parse_database_url, sqlite_file
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import UserRow
from bot.seeding.report import Counts
from tests.support.database import add_users

pytestmark = pytest.mark.seeded


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
        assert 1000 * SQLITE_BUSY_TIMEOUT == await connection.scalar(text("PRAGMA busy_timeout"))
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
        assert 1000 * SQLITE_BUSY_TIMEOUT == await connection.scalar(text("PRAGMA busy_timeout"))
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


def test_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SQLite without RETURNING is refused before anybody opens a file, with that reason."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))

    with pytest.raises(DatabaseError, match=r"SQLite is 3\.34\.1, and RETURNING needs 3\.35"):
        create_engine(parse_database_url("sqlite:///besitos.db"))
