"""SQLite's file is whole at a start, and the same one as long as the bot runs."""

import asyncio
import errno
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import sqlite_file
from bot.database.compiled import CompiledStatement
from bot.database.engine import create_engine, for_writing
from bot.database.errors import DatabaseError, DatabaseUrlError, is_unavailable
from bot.database.transaction import exclusive_transaction, transaction
from bot.database.url import parse_database_url
from bot.gamification.models import UserRow
from tests.support import bare_sqlite
from tests.support.seeded import SeededSqlite, opened

ADVICE = r"damaged and nothing has been changed \(.+\); restore .* delete the -wal and -shm beside"


def replace(file: Path) -> None:
    """Move a copy over it, as one does with a backup."""
    shutil.copy(file, file.with_name("copy.db"))
    file.with_name("copy.db").rename(file)


LOSSES: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "moved": lambda file: file.rename(file.with_name("moved.db")),
    "replaced": replace,
}


@pytest.fixture
async def engine(seeded_sqlite: SeededSqlite) -> AsyncIterator[AsyncEngine]:
    """Open a seeded file."""
    async with seeded_sqlite.fresh() as engine:
        yield engine


def file_of(engine: AsyncEngine) -> Path:
    """Return where it is."""
    return Path(str(engine.url.database))


def overwrite(file: Path, page: int) -> None:
    """Put something else into a page."""
    with file.open("r+b") as raw:
        raw.seek(page * 4096)
        raw.write(b"\xa5" * 4096)


async def test_whole_file_is_let_alone(engine: AsyncEngine) -> None:
    """The check leaves nothing behind and changes no byte."""
    before = file_of(engine).read_bytes()

    await sqlite_file.check_file(engine)
    await sqlite_file.check_file(engine, whole=True)

    assert before == file_of(engine).read_bytes()


@pytest.mark.parametrize("page", [0, 2, 9])
async def test_damaged_page_is_found(engine: AsyncEngine, page: int) -> None:
    """A file of usual size is looked through, and the advice is right."""
    overwrite(file_of(engine), page)

    with pytest.raises(DatabaseError, match=ADVICE):
        await sqlite_file.check_file(engine)


async def test_large_file_is_looked_through_when_asked(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start does not wait for the whole of a large file; `seed status` does."""
    monkeypatch.setattr(sqlite_file, "LARGEST_CHECKED", 1000)
    overwrite(file_of(engine), 9)

    await sqlite_file.check_file(engine)
    with pytest.raises(DatabaseError, match=ADVICE):
        await sqlite_file.check_file(engine, whole=True)


async def test_old_file_beside_a_newer_log(seeded_sqlite: SeededSqlite) -> None:
    """A log that was written over another file is refused, and neither of them is changed."""
    async with seeded_sqlite.fresh() as seeded:
        file = file_of(seeded)
    written = bare_sqlite.restore_beside_newer_log(file)

    async with opened(f"sqlite:///{file}") as engine:
        with pytest.raises(DatabaseError, match=ADVICE):
            await sqlite_file.check_file(engine)

    log = file.with_name(f"{file.name}-wal")
    assert written == (file.read_bytes(), log.read_bytes())


async def test_file_system_without_locks(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes it for somebody's lock; no machine of ours has such a disk."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.lockf", refuse)

    with pytest.raises(DatabaseError, match=r"has no locks for SQLite \(No locks available\)"):
        await sqlite_file.check_file(engine)


@pytest.mark.parametrize("address", ["sqlite+aiosqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_memory_is_refused(address: str) -> None:
    """A database in memory ends with its one connection, which many users would share."""
    with pytest.raises(DatabaseUrlError, match="names no file"):
        sqlite_file.refuse_memory(parse_database_url(address))


@pytest.mark.parametrize("address", ["sqlite:///besitos.db", "postgresql://host/name"])
def test_all_else_is_not_memory(address: str) -> None:
    """Files and servers last."""
    sqlite_file.refuse_memory(parse_database_url(address))


@pytest.mark.parametrize("how", LOSSES)
async def test_lost_file_stops_the_bot(engine: AsyncEngine, how: str) -> None:
    """It is noticed without an update, and no transaction begins in a file that nobody sees."""
    stop = asyncio.Event()
    file = file_of(engine)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))

    async def run() -> None:
        async with sqlite_file.kept_file(engine, stop, every=0.01):
            LOSSES[how](file)
            with pytest.raises(OSError, match="deleted or replaced") as refused:
                async with engine.begin() as connection:
                    await connection.execute(text("INSERT INTO users VALUES (1, '', '', '', '')"))
            assert is_unavailable(refused.value)
            await asyncio.wait_for(stop.wait(), 10)

    with pytest.raises(DatabaseError, match="was deleted or replaced while the bot ran"):
        await run()


@pytest.mark.parametrize("how", LOSSES)
async def test_lost_log_stops_the_bot(engine: AsyncEngine, how: str) -> None:
    """What was committed into it is in the file, once the last connection is closed."""
    stop = asyncio.Event()
    file = file_of(engine)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO users (user_id, first_name) VALUES (1, '')"))

    async def run() -> None:
        async with sqlite_file.kept_file(engine, stop, every=0.01):
            LOSSES[how](file.with_name(f"{file.name}-wal"))
            await asyncio.wait_for(stop.wait(), 10)

    with pytest.raises(DatabaseError, match=r"^The SQLite log .+-wal was deleted or replaced"):
        await run()
    await engine.dispose()
    assert [(1,)] == bare_sqlite.query(file, "SELECT user_id FROM users")


async def test_log_that_sqlite_removes(engine: AsyncEngine) -> None:
    """All connections may be closed, and new ones opened, and no log is missed."""
    stop = asyncio.Event()

    async with sqlite_file.kept_file(engine, stop, every=0.001):
        for number in range(5):
            async with engine.begin() as connection:
                insert = f"INSERT INTO users (user_id, first_name) VALUES ({number}, '')"
                await connection.execute(text(insert))
            await engine.dispose()
            await asyncio.sleep(0.01)

    assert not stop.is_set()
    assert [(5,)] == bare_sqlite.query(file_of(engine), "SELECT count(*) FROM users")


async def test_small_statement_in_a_lost_file(engine: AsyncEngine) -> None:
    """It tells that the database is to blame, as any other statement does."""
    users = CompiledStatement(lambda _: select(UserRow.user_id))
    async with transaction(for_writing(engine)) as connection:
        await users.execute(connection, {})
    file_of(engine).rename(file_of(engine).with_name("moved.db"))
    with pytest.raises(OSError, match="deleted or replaced") as refused:
        async with transaction(for_writing(engine)) as connection:
            await users.execute(connection, {})

    assert is_unavailable(refused.value)


async def test_kept_file_disturbs_nobody(engine: AsyncEngine) -> None:
    """An ordinary stop is no failure."""
    stop = asyncio.Event()

    async with sqlite_file.kept_file(engine, stop, every=0.01):
        await asyncio.sleep(0.03)

    assert not stop.is_set()


async def test_rollback_journal_where_no_log_can_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without shared memory the bot works all the same, and the log says why it is slower."""
    caplog.set_level("INFO")
    file = tmp_path / "besitos.db"
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("CREATE TABLE one (a)")
    (tmp_path / "besitos.db-shm").mkdir()
    engine = create_engine(parse_database_url(f"sqlite:///{file}"))
    try:
        async with exclusive_transaction(engine, 5) as connection:
            await connection.execute(text("INSERT INTO one VALUES (1)"))
            await connection.commit()
        await sqlite_file.prepare_file(engine)
    finally:
        await engine.dispose()

    assert "no write-ahead log can be at" in caplog.text
    assert "journal mode delete, not wal" in caplog.text
    with closing(sqlite3.connect(file)) as plain:
        assert [(1,)] == plain.execute("SELECT a FROM one").fetchall()


async def test_copied_file_gets_its_log_back(tmp_path: Path) -> None:
    """A start gives a file with a rollback journal, such as a restored one, a write-ahead log."""
    file = tmp_path / "besitos.db"
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("CREATE TABLE one (a)")
    engine = create_engine(parse_database_url(f"sqlite:///{file}"))

    await sqlite_file.prepare_file(engine)

    assert "wal" == await sqlite_file.check_file(engine)
    await engine.dispose()
