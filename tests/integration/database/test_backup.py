"""Backup of a SQLite file under a running bot, and its way back."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.backup import back_up, restore
from bot.database.engine import create_engine
from bot.database.errors import DAMAGED_ADVICE, DatabaseError, SchemaError
from bot.database.schema import head
from bot.database.url import parse_database_url, sqlite_file
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding.report import Outcome
from tests.support.database import Contents, contents, run_sql
from tests.support.populated import populate

pytestmark = pytest.mark.seeded

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    """Let new files be readable by everybody, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
async def played(engine: AsyncEngine, service: BootstrapService) -> AsyncEngine:
    """Give a database with members, edits, and a log beside it that the file lacks."""
    await service.run()
    await populate(engine)
    return engine


def url_of(file: Path) -> URL:
    return parse_database_url(f"sqlite+aiosqlite:///{file}")


async def read(url: URL) -> Contents:
    """Return all that a database holds."""
    engine = create_engine(url)
    try:
        return await contents(engine, times=True)
    finally:
        await engine.dispose()


def names(folder: Path) -> set[str]:
    """Name what is in a folder."""
    return {one.name for one in folder.iterdir()}


def file_of(engine: AsyncEngine) -> Path:
    file = sqlite_file(engine.url)
    assert file is not None
    return file


@on_sqlite
async def test_backup_holds_what_a_copy_of_the_file_lacks(
    tmp_path: Path, played: AsyncEngine
) -> None:
    """What is in the log alone is in the backup, which is one private file without a log."""
    target = tmp_path / "copies" / "monday.db"
    target.parent.mkdir()
    async with played.connect() as reader:  # keeps the log where it is
        await reader.exec_driver_sql("SELECT count(*) FROM users")
        await run_sql(played, "UPDATE users SET first_name = 'Anastasia' WHERE user_id = 1")
        plain = shutil.copyfile(file_of(played), tmp_path / "plain.db")

        made = back_up(played.url, target)

    assert (3, head(), target.stat().st_size) == (made.members, made.revision, made.size)
    assert {"monday.db"} == names(target.parent)
    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    assert b"Anastasia" not in plain.read_bytes()
    assert await contents(played, times=True) == await read(url_of(target))


@on_sqlite
async def test_backup_is_of_one_moment(tmp_path: Path, played: AsyncEngine) -> None:
    """Who writes while it is copied is not kept from it, and none of it is in the copy."""
    before = await contents(played, times=True)
    filler = "INSERT INTO failed_updates SELECT value, hex(zeroblob(9000)), '', 1, 0, 0 FROM ("
    await run_sql(
        played,
        f"{filler} WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"
        " WHERE value < 6000) SELECT value FROM n)",
    )
    steps = []

    def write_meanwhile(done: int, total: int) -> None:
        steps.append((done, total))
        with closing(sqlite3.connect(file_of(played), timeout=0)) as other, other:
            other.execute("UPDATE users SET first_name = first_name || '!'")

    back_up(played.url, tmp_path / "backup.db", progress=write_meanwhile)

    assert len(steps) > 1
    with closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        names = [name for (name,) in copy.execute("SELECT first_name FROM users ORDER BY user_id")]
    assert [row["first_name"] for row in before["users"]] == names


@on_sqlite
async def test_restored_database_plays_on(
    tmp_path: Path, played: AsyncEngine, manifest: Manifest
) -> None:
    """A restore brings back all that was, keeps the file of before, and a start finds it whole."""
    saved = await contents(played, times=True)
    file = file_of(played)
    back_up(played.url, tmp_path / "backup.db")
    await run_sql(played, "UPDATE user_gamification_profiles SET level = 9")
    lost = await contents(played, times=True)
    await played.dispose()

    restored = restore(played.url, tmp_path / "backup.db")

    assert saved == await read(played.url)
    assert (3, file) == (restored.members, restored.file)
    assert restored.kept is not None
    assert lost == await read(url_of(restored.kept))
    assert Outcome.UP_TO_DATE is (await BootstrapService(played, manifest).run()).outcome


@on_sqlite
async def test_restore_never_meets_the_log_of_before(tmp_path: Path, played: AsyncEngine) -> None:
    """A log that a killed bot has left belongs to the file of before, and goes with it."""
    back_up(played.url, tmp_path / "backup.db")
    saved = await contents(played, times=True)
    file = file_of(played)
    async with played.connect() as reader:
        await reader.exec_driver_sql("SELECT count(*) FROM users")
        await run_sql(played, "UPDATE users SET first_name = 'Anastasia' WHERE user_id = 1")
        killed = tmp_path / "killed"
        killed.mkdir()
        for end in ("", "-wal", "-shm"):
            shutil.copyfile(f"{file}{end}", killed / f"besitos.db{end}")
    assert (killed / "besitos.db-wal").stat().st_size > 0

    restored = restore(url_of(killed / "besitos.db"), tmp_path / "backup.db")

    assert saved == await read(url_of(killed / "besitos.db"))
    assert restored.kept is not None
    assert "Anastasia" == (await read(url_of(restored.kept)))["users"][0]["first_name"]


@on_sqlite
async def test_restore_over_a_damaged_file(tmp_path: Path, played: AsyncEngine) -> None:
    """That is what backups are for; the damaged file and its log are kept together."""
    back_up(played.url, tmp_path / "backup.db")
    saved = await contents(played, times=True)
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "besitos.db").write_bytes(b"This is no database. " * 500)
    (folder / "besitos.db-wal").write_bytes(b"Nor is this a log.")

    restored = restore(url_of(folder / "besitos.db"), tmp_path / "backup.db")

    assert restored.kept is not None
    log = restored.kept.with_name(f"{restored.kept.name}-wal")
    assert b"Nor is this a log." == log.read_bytes()
    assert {"besitos.db"} == {name for name in names(folder) if "Z" not in name}
    assert saved == await read(url_of(folder / "besitos.db"))


@on_sqlite
async def test_restore_to_where_nothing_is(tmp_path: Path, played: AsyncEngine) -> None:
    """On a new machine there is no database yet; a log without one is nobody's."""
    back_up(played.url, tmp_path / "backup.db")
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "besitos.db-wal").write_bytes(b"left behind")

    restored = restore(url_of(folder / "besitos.db"), tmp_path / "backup.db")

    assert None is restored.kept
    assert {"besitos.db"} == names(folder)
    assert 0o600 == stat.S_IMODE((folder / "besitos.db").stat().st_mode)


@on_sqlite
async def test_restore_refuses_under_a_running_bot(tmp_path: Path, played: AsyncEngine) -> None:
    """Who has the database open, idle as well, would go on in a file that is gone."""
    back_up(played.url, tmp_path / "backup.db")
    before = await contents(played, times=True)
    await run_sql(played, "UPDATE users SET first_name = 'Anastasia' WHERE user_id = 1")

    with pytest.raises(DatabaseError, match="stop the bot"):
        restore(played.url, tmp_path / "backup.db")

    assert before != await contents(played, times=True)
    assert {"backup.db", "besitos.db", "besitos.db-shm", "besitos.db-wal"} == names(tmp_path)


@on_sqlite
async def test_backup_overwrites_nothing_unasked(tmp_path: Path, played: AsyncEngine) -> None:
    """A file that is there stays, the database itself among them; --force replaces the first."""
    (tmp_path / "backup.db").write_text("precious")

    with pytest.raises(DatabaseError, match="add --force"):
        back_up(played.url, tmp_path / "backup.db")
    for name in ("besitos.db", "besitos.db-wal"):
        with pytest.raises(DatabaseError, match="is the database itself"):
            back_up(played.url, tmp_path / name, force=True)
    with pytest.raises(DatabaseError, match="is the database itself"):
        restore(played.url, tmp_path / "besitos.db")
    with pytest.raises(DatabaseError, match="does not exist; create it"):
        back_up(played.url, tmp_path / "missing" / "backup.db")
    for device in (Path("/dev/null"), tmp_path):
        with pytest.raises(DatabaseError, match="is no file that a copy could replace"):
            back_up(played.url, device, force=True)

    assert "precious" == (tmp_path / "backup.db").read_text()
    assert 3 == back_up(played.url, tmp_path / "backup.db", force=True).members


@on_sqlite
@pytest.mark.parametrize("force", [True, False])
def test_backup_beside_an_old_log(tmp_path: Path, played: AsyncEngine, *, force: bool) -> None:
    """What somebody left in the log of another backup is not put upon the new one."""
    backup = tmp_path / "backup.db"
    back_up(played.url, backup)
    leave_a_log = (
        "import os, sqlite3; shell = sqlite3.connect('backup.db', isolation_level=None);"
        "shell.execute('PRAGMA journal_mode = WAL');"
        "shell.execute('DELETE FROM users'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", leave_a_log], cwd=tmp_path, check=True)
    if not force:
        backup.unlink()
    assert (tmp_path / "backup.db-wal").exists()

    made = back_up(played.url, backup, force=force)

    with closing(sqlite3.connect(backup)) as shell:
        assert (made.members,) == shell.execute("SELECT count(*) FROM users").fetchone()


@on_sqlite
async def test_links_in_a_circle(tmp_path: Path, played: AsyncEngine) -> None:
    """Links that lead nowhere are replaced by a backup, and no backup themselves."""
    (tmp_path / "one").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "one")

    with pytest.raises(DatabaseError, match="There is no file"):
        restore(played.url, tmp_path / "one")
    assert 3 == back_up(played.url, tmp_path / "one", force=True).members


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    file.write_bytes(content)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def a_strangers(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE users (name TEXT)")


def a_text(file: Path) -> None:
    file.write_text("Dear diary, " * 1000)


@on_sqlite
@pytest.mark.parametrize(
    ("spoil", "kind", "says"),
    [
        (damaged, DatabaseError, "damaged"),
        (newer, SchemaError, "9999"),
        (a_strangers, DatabaseError, "no database of the bot"),
        (a_text, DatabaseError, r"backup.db is damaged .*\(file is not a database\); take another"),
        (Path.unlink, DatabaseError, "There is no file"),
    ],
)
async def test_restore_refuses_what_is_no_backup(
    tmp_path: Path, played: AsyncEngine, spoil: object, kind: type[Exception], says: str
) -> None:
    """A backup that is damaged, of a newer release or not ours changes nothing."""
    back_up(played.url, tmp_path / "backup.db")
    before = await contents(played, times=True)
    await played.dispose()
    spoil(tmp_path / "backup.db")  # type: ignore[operator]

    with pytest.raises(kind, match=says):
        restore(played.url, tmp_path / "backup.db")

    assert before == await read(played.url)
    assert {"besitos.db"} == names(tmp_path) - {"backup.db"}


@on_sqlite
async def test_backup_of_a_damaged_database(tmp_path: Path, played: AsyncEngine) -> None:
    """It is the database that is damaged and no backup, and the advice is every command's."""
    await played.dispose()
    damaged(file_of(played))

    with pytest.raises(DatabaseError, match="is damaged and nothing has been changed") as caught:
        back_up(played.url, tmp_path / "backup.db")

    assert str(caught.value).endswith(f"; {DAMAGED_ADVICE}.")
    assert 1 == len(str(caught.value).splitlines())
    assert "backup.db" not in names(tmp_path)


@on_sqlite
async def test_backup_without_a_revision(tmp_path: Path, played: AsyncEngine) -> None:
    """No other backup helps where the database itself lacks what a start gives it."""
    await run_sql(played, "DELETE FROM alembic_version")

    with pytest.raises(DatabaseError, match=r"no schema revision; `python main.py seed apply`"):
        back_up(played.url, tmp_path / "backup.db")


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    """The sentence names the command, where the database is, and no password."""
    url = parse_database_url("postgresql://ana:hunter2@db:5433/besitos")

    with pytest.raises(DatabaseError) as backing_up:
        back_up(url, tmp_path / "besitos.dump")
    with pytest.raises(DatabaseError) as restoring:
        restore(url, tmp_path / "besitos.dump")

    where = "--dbname=postgresql://db:5433/besitos"
    assert f"pg_dump --format=custom --file={tmp_path}/besitos.dump {where}`" in str(
        backing_up.value
    )
    assert f"pg_restore --clean --if-exists {where} {tmp_path}/besitos.dump`" in str(
        restoring.value
    )
    assert "hunter2" not in f"{backing_up.value}{restoring.value}"
