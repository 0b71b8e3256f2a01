"""Database that is opened for a block: what is waited for, and what is refused."""

import socket
import sqlite3
import threading
from pathlib import Path

import pytest

from bot.database import connection as opening
from bot.database import fast_aiosqlite
from bot.database.connection import opened_database, wait_for_database
from bot.database.engine import create_engine
from bot.database.errors import DatabaseError, DatabaseUnavailable
from bot.database.url import parse_database_url, sqlite_file
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService


@pytest.mark.parametrize("create", [False, True])
async def test_sqlite_file_is_made_when_asked_for(tmp_path: Path, *, create: bool) -> None:
    """Whoever only looks leaves no file behind."""
    file = tmp_path / "new.db"
    async with (
        opened_database(parse_database_url(f"sqlite:///{file}"), create=create) as engine,
        engine.begin() as connection,
    ):
        await connection.exec_driver_sql("SELECT 1")

    assert create == file.exists()


async def test_new_database_in_doubt(database_url: str) -> None:
    """One that nobody may have meant is not made; one that is there is opened all the same."""
    url = parse_database_url(database_url)

    async def open_in_doubt() -> None:
        async with opened_database(url, create=True, doubts=["ADMIN_ID is no setting"]):
            pass

    with pytest.raises(DatabaseError, match="ADMIN_ID is no setting") as caught:
        await open_in_doubt()

    assert 2 == caught.value.exit_code
    if file := sqlite_file(url):
        assert not file.exists()
    async with opened_database(url, create=True) as engine:
        await BootstrapService(engine, load_manifest()).run()
    await open_in_doubt()


async def test_host_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that takes the connection and says nothing does not hold a start up for a minute."""
    monkeypatch.setattr(opening, "_PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        engine = create_engine(parse_database_url(f"postgresql://me:hush@{address}/besitos"))
        with pytest.raises(DatabaseUnavailable, match=r"within 0.1 s \(no answer\)"):
            await wait_for_database(engine, timeout=0.1)
        await engine.dispose()


@pytest.mark.parametrize("doubts", [[], ["ADMIN_ID is no setting"]])
async def test_missing_folder_is_said(doubts: list[str]) -> None:
    """A SQLite path in a folder that is not there is an operator's mistake, doubts or not."""
    engine = create_engine(parse_database_url("sqlite:///nowhere/besitos.db"))
    with pytest.raises(DatabaseError, match=r"folder nowhere .* does not exist"):
        await wait_for_database(engine, timeout=5, doubts=doubts)
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


async def test_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """No thread is left that would tell its end to a loop which is closed by then."""
    before = set(threading.enumerate())
    with pytest.raises(sqlite3.OperationalError):
        await fast_aiosqlite.connect(str(tmp_path), timeout=1, patience=1, statement_timeout=1)

    assert set() == set(threading.enumerate()) - before
