"""Backup of a SQLite file while the bot runs, and its way back.

A copy of the file alone lacks what is still in the log (`-wal`) beside it; SQLite's own backup
reads both, as of one moment, and keeps nobody from writing meanwhile.
"""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE
from typing import Final

from sqlalchemy import URL

from bot.database.errors import DAMAGED_ADVICE, DatabaseError, is_damaged, translate_errors
from bot.database.revision import OLDEST_TABLES, VERSION_TABLE, refuse_unknown
from bot.database.sqlite_file import LARGEST_CHECKED, damaged
from bot.database.url import describe, files_beside, is_part_of, sqlite_file
from bot.seeding.errors import is_busy
from bot.seeding.hooks import Progress, silent

#: Pages copied between two reports of progress.
_PAGES: Final = 10_000
#: Seconds that a backup waits for a writer where there is no log, and a restore for the bot's end.
_PATIENCE: Final = 60.0
_ALONE: Final = 2.0
#: Windows renames nothing that is open.
_CLOSED_FIRST: Final = os.name == "nt"
_TAKE_ANOTHER: Final = "take another backup"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made: where, how large, at which schema revision, of how many members."""

    file: Path
    size: int
    revision: str
    members: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that was put back, and where the one of before is kept, if there was one."""

    file: Path
    revision: str
    members: int
    kept: Path | None


def back_up(
    url: URL,
    target: Path,
    *,
    force: bool = False,
    check: bool = False,
    progress: Progress = silent,
) -> Backup:
    """Copy the database as of one moment to `target`, for its owner alone.

    The copy is looked through for damage as a start does: a large one in part, unless `check`
    asks for the whole of it, which takes five times as long as copying.

    Raises `DatabaseError`; there is no `target` then, or the one of before. One that is there is
    replaced with `force` only.
    """
    source = _existing(_file_of(url, "pg_dump --format=custom --file={file}", target))
    target = target.absolute()
    if is_part_of(url, target):
        raise DatabaseError(
            f"{target} is the database itself, or the log beside it; name another file."
        )
    _refuse_missing_folder(target)
    if target.exists() and not target.is_file():
        raise DatabaseError(f"{target} is no file that a copy could replace; name another.")
    if target.exists() and not force:
        raise DatabaseError(f"{target} exists; name another file, or add --force.")
    with translate_errors("The backup"), _beside(target) as copy:
        _copy(source, copy, progress)
        revision, members = _look_into(copy, source, DAMAGED_ADVICE, whole=check)
        _put(copy, target, replace=force)
    return Backup(target, target.stat().st_size, revision, members)


def restore(url: URL, backup: Path, *, progress: Progress = silent) -> Restored:
    """Put a backup in the database's place, and keep the file of before under another name.

    No `-wal` or `-shm` of before stays beside it. Raises `DatabaseError` for a backup that is not
    whole, not ours or of a newer release, and while a bot has the database open; nothing has been
    changed then.
    """
    target = Path(os.path.realpath(_file_of(url, "pg_restore --clean --if-exists", backup)))
    backup = _existing(backup)
    if is_part_of(url, backup):
        raise DatabaseError(f"{backup} is the database itself; name a backup of it.")
    _refuse_missing_folder(target)
    with translate_errors("The restore"), _beside(target) as copy:
        try:
            _copy(backup, copy, progress)
        except sqlite3.Error as error:
            if not is_damaged(error):
                raise
            raise damaged(backup, error, _TAKE_ANOTHER) from error
        revision, members = _look_into(copy, backup, _TAKE_ANOTHER, whole=True)
        if target.exists():
            copy.chmod(S_IMODE(target.stat().st_mode))
        kept = _exchange(target, copy)
        _sync_folder(target.parent)
    return Restored(target, revision, members, kept)


def _file_of(url: URL, command: str, file: Path) -> Path:
    """Return SQLite's file. Raises `DatabaseError` that names PostgreSQL's own `command`."""
    if url.get_backend_name() == "postgresql":
        shown = describe(url.set(drivername="postgresql"))
        what = command.format(file=file) + f" --dbname={shown}"
        what += "" if "{file}" in command else f" {file}"
        raise DatabaseError(
            f"PostgreSQL brings its own tools for that; run `{what}`, as the user that "
            "DATABASE_URL names."
        )
    found = sqlite_file(url)
    if found is None:
        raise DatabaseError("DATABASE_URL names no file, so there is nothing to copy; correct it.")
    return found.absolute()


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise DatabaseError(f"There is no file {file.absolute()}; correct its name.")
    return file.resolve()


def _refuse_missing_folder(file: Path) -> None:
    if not file.parent.is_dir():
        raise DatabaseError(f"The folder {file.parent} does not exist; create it.")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a new file beside `target`, for its owner alone, and leave nothing of it behind."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for left in (Path(name), *files_beside(Path(name))):
            left.unlink(missing_ok=True)


def _copy(source: Path, copy: Path, progress: Progress) -> None:
    """Copy what a reader of `source` sees now; nothing of it is written to."""
    with (
        closing(_opened(source, "ro", _PATIENCE)) as reading,
        closing(_opened(copy, "rw", 0)) as writing,
    ):
        # Nobody knows of the copy until it is whole: it needs no journal, and one sync at the end.
        writing.execute("PRAGMA journal_mode = OFF")
        writing.execute("PRAGMA synchronous = OFF")
        # One transaction, or SQLite would begin again whenever the bot has written meanwhile.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing,
            pages=_PAGES,
            progress=lambda _, left, pages: progress(pages - left, pages),
        )


def _look_into(copy: Path, source: Path, advice: str, *, whole: bool) -> tuple[str, int]:
    """Return the revision and the members of a copy.

    Raises `DatabaseError` for a damaged one, with `advice`.
    """
    whole = whole or copy.stat().st_size <= LARGEST_CHECKED
    with closing(_opened(copy, "rw", 0)) as connection:
        try:
            found = "ok"
            if whole:
                (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        except sqlite3.DatabaseError as error:
            if not is_damaged(error):
                raise
            found = str(error)
        if found != "ok":
            raise damaged(source, found, advice)
        if not tables >= OLDEST_TABLES | {VERSION_TABLE}:
            raise DatabaseError(f"{source} holds no database of the bot; correct its name.")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row is None:
            raise DatabaseError(
                f"{source} has no schema revision; `python main.py seed apply`, with DATABASE_URL "
                "for it, gives it one or says what it lacks."
            )
        refuse_unknown(str(row[0]))
        (members,) = connection.execute("SELECT count(*) FROM users").fetchone()
        # A lone file, which can be read from a medium that nobody can write to.
        connection.execute("PRAGMA journal_mode = DELETE")
    with copy.open("rb+") as written:
        os.fsync(written.fileno())
    return str(row[0]), int(members)


def _exchange(target: Path, copy: Path) -> Path | None:
    """Put `copy` in the place of `target`; return where that is kept, if there was one."""
    if not target.exists():
        for left in files_beside(target):
            left.unlink(missing_ok=True)  # a log without its database says nothing to anybody
        copy.replace(target)
        return None
    kept = target.with_name(f"{target.name}.{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    with _for_oneself(target):
        # A file that SQLite cannot read keeps its log, for whoever tries to save something.
        for left, aside in zip(files_beside(target), files_beside(kept), strict=True):
            if left.exists():
                left.replace(aside)
        # A link: there shall be no moment without a database, or a start would make an empty one.
        try:
            os.link(target, kept)
        except OSError:
            shutil.copy2(target, kept)
        copy.replace(target)
    return kept


@contextmanager
def _for_oneself(target: Path) -> Iterator[None]:
    """Put the log into the file, which nobody may have open, and keep everybody from it."""
    if _is_unreadable(target):
        yield  # who has it open cannot be asked, and a bot that has stops with the file's exchange
        return
    with closing(_opened(target, "rw", _ALONE)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if not is_busy(error):
                raise
            raise DatabaseError(
                f"Somebody has {target} open; stop the bot, and restore then."
            ) from error
        if _CLOSED_FIRST:
            connection.close()
        yield


def _is_unreadable(file: Path) -> bool:
    """Whether SQLite cannot even begin; it would throw the log away that belongs to the file."""
    try:
        with closing(_opened(file, "ro", _ALONE)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        return is_damaged(error)
    return False


def _put(copy: Path, target: Path, *, replace: bool) -> None:
    if replace or not target.exists():
        for left in files_beside(target):
            left.unlink(missing_ok=True)  # SQLite would put the log of another file upon the copy
    if replace:
        copy.replace(target)
    else:
        try:
            os.link(copy, target)  # unlike a renaming, it fails when somebody was faster
        except FileExistsError as error:
            raise DatabaseError(f"{target} exists; name another file.") from error
        except OSError:  # a file system without links
            copy.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # Windows opens no folder.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _opened(file: Path, mode: str, timeout: float) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)
