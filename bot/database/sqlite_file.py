"""SQLite's file: whether it is whole when the bot starts, and still there while it runs."""

import asyncio
import errno
import logging
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backoff import sleep_unless
from bot.database.errors import DAMAGED_ADVICE, DatabaseError, DatabaseUrlError, is_damaged
from bot.database.sqlite_connection import identity_of
from bot.database.url import sqlite_file
from bot.seeding.errors import sqlite_code

try:
    import fcntl
except ImportError:  # Windows, whose locks are its own
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

#: Bytes of a file that a start checks whole: a second at most.
LARGEST_CHECKED: Final = 64 * 1024 * 1024
#: Seconds between two looks at whether the file is still there.
WATCHED_EVERY: Final = 2.0
#: What SQLite says where its log cannot have a shared index.
_WITHOUT_WAL: Final = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
#: What a file system says that has no locks; SQLite takes the first for a lock of somebody else's.
_WITHOUT_LOCKS: Final = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
_WHOLE: Final = "ok"


def refuse_memory(url: URL) -> None:
    """Raise `DatabaseUrlError` for a database in memory: it ends with its one connection."""
    if url.get_backend_name() == "sqlite" and sqlite_file(url) is None:
        raise DatabaseUrlError(
            "DATABASE_URL names no file, so the database would be in memory and everything lost "
            "with the process; write it like sqlite+aiosqlite:///besitos.db."
        )


async def check_file(engine: AsyncEngine, *, whole: bool = False) -> str | None:
    """Read the file for damage: a large one in part, unless the `whole` of it is asked for.

    Nothing is written, so that a file which is refused stays as it was, and its log, too.
    Returns the journal mode, None if it cannot be told. Raises `DatabaseError` for a damaged one,
    and for a folder in which nothing can be locked.
    """
    file = sqlite_file(engine.url)
    if file is None or not file.exists():
        return None
    return await asyncio.to_thread(_check, file.absolute(), whole=whole)


async def prepare_file(engine: AsyncEngine) -> None:
    """Check the file, and give it a write-ahead log where it has none and may have one.

    A file that was restored or copied has a rollback journal, in which readers wait for writers.
    Raises what `check_file` does.
    """
    file = sqlite_file(engine.url)
    if await check_file(engine) in {None, "wal"} or not file or not file.stat().st_size:
        return
    if await asyncio.to_thread(_journal_mode, file.absolute()) != "WAL":
        logger.info(
            "the SQLite file is in journal mode delete, not wal: who reads waits for who writes"
        )


async def journal_of(engine: AsyncEngine) -> str:
    """Return the PRAGMA for a write-ahead log, or for a rollback journal where none can be."""
    file = sqlite_file(engine.url)
    mode = await asyncio.to_thread(_journal_mode, file) if file else "WAL"
    return f"PRAGMA journal_mode = {mode}"


def damaged(file: Path, found: object, advice: str = DAMAGED_ADVICE) -> DatabaseError:
    """Return the error for a file in which SQLite has `found` damage."""
    last = str(found).splitlines()[-1]
    return DatabaseError(
        f"The SQLite file {file} is damaged and nothing has been changed ({last}); {advice}."
    )


class _KeptFile:
    """The file, and the log beside it that holds what was committed last.

    SQLite itself removes the log with its last connection. One of our own keeps it from that, so
    who finds it gone knows that nobody will ever read what is written there from now on.
    """

    def __init__(self, file: Path) -> None:
        """Remember which they are. A log that cannot be opened is not looked at."""
        self._file = file
        self._log = Path(f"{os.path.realpath(file)}-wal")
        self._connection = _holding(file)
        self._file_before = identity_of(file)
        self._log_before = identity_of(self._log) if self._connection else None

    def close(self) -> None:
        """Let the log go."""
        if self._connection:
            self._connection.close()

    def find_loss(self) -> str | None:
        """Name what was deleted or replaced; None as long as all is there."""
        if self._file_before not in {None, identity_of(self._file)}:
            return f"SQLite file {self._file}"
        if self._log_before not in {None, identity_of(self._log)}:
            return f"SQLite log {self._log}"
        return None


@asynccontextmanager
async def kept_file(
    engine: AsyncEngine, stop: asyncio.Event, *, every: float = WATCHED_EVERY
) -> AsyncIterator[None]:
    """Set `stop` as soon as the file, or the log beside it, is not the one of before the block.

    Raises `DatabaseError` at the end of the block then.
    """
    file = sqlite_file(engine.url)
    if file is None:
        yield
        return
    with closing(await asyncio.to_thread(_KeptFile, file.absolute())) as kept:
        watch = asyncio.create_task(_watch(kept, stop, every))
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.wait([watch])
        if loss := kept.find_loss():
            raise DatabaseError(
                f"The {loss} was deleted or replaced while the bot ran, so the bot has stopped; "
                "touch the file, its -wal and its -shm while the bot is stopped only, put no file "
                "beside those of another, and start again."
            )


async def _watch(kept: _KeptFile, stop: asyncio.Event, every: float) -> None:
    while not (loss := kept.find_loss()):
        if await sleep_unless(stop, every):
            return
    logger.error("the %s was deleted or replaced; stopping", loss)
    stop.set()


def _check(file: Path, *, whole: bool) -> str | None:
    """Return the journal mode, None if it cannot be told."""
    _refuse_without_locks(file.parent)
    try:
        with closing(_read_only(file)) as connection:
            found = connection.execute(_statement(file, whole=whole)).fetchone()
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    except sqlite3.Error as error:
        if is_damaged(error):
            raise damaged(file, error) from error
        return None  # what else stands in the way, the start meets as well, and says it better
    if found and found[0] != _WHOLE:
        raise damaged(file, found[0])
    return str(mode)


def _journal_mode(file: Path) -> str:
    # Where the log's index (-shm) cannot be, SQLite takes up the mode, and can write no more.
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        if sqlite_code(error) in _WITHOUT_WAL and _back_to_journal(file):
            logger.warning("no write-ahead log can be at %s (%s)", file.absolute(), error)
            return "DELETE"
    return "WAL"


def _back_to_journal(file: Path) -> bool:
    """Whether the file has a rollback journal now; alone with it, SQLite needs no shared index."""
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error:
        return False  # it is in use, or cannot be written at all: the lock meets that, and says it
    return bool(mode == "delete")


def _holding(file: Path) -> sqlite3.Connection | None:
    """Return a connection that has the log open, if there is one, and no transaction."""
    try:
        connection = _read_only(file)
    except sqlite3.Error:
        return None
    try:
        connection.execute("PRAGMA schema_version").fetchall()
    except sqlite3.Error:
        connection.close()
        return None
    return connection


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1, check_same_thread=False)


def _statement(file: Path, *, whole: bool) -> str:
    if not whole and file.stat().st_size > LARGEST_CHECKED:
        return "SELECT 'ok' FROM sqlite_master"
    log = file.with_name(f"{file.name}-wal")
    # What a log has put upon another file is mostly pages that are whole, and indexes of others.
    is_mixed = log.exists() and log.stat().st_size > 0
    return f"PRAGMA {'integrity' if is_mixed else 'quick'}_check(1)"


def _refuse_without_locks(folder: Path) -> None:
    """Try a lock on a file of our own: to close the database's would undo SQLite's locks on it."""
    if fcntl is None:
        return
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _WITHOUT_LOCKS:
            raise DatabaseError(
                f"The file system of {folder} has no locks for SQLite ({error.strerror}); put the "
                "file on a disk of this machine, or use PostgreSQL."
            ) from error
