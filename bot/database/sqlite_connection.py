"""SQLite's own connection under `fast_aiosqlite`: it fetches at once, and bounds its statements."""

import contextlib
import errno
import math
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, sleep
from typing import Any, Final, NamedTuple, Self

from bot.seeding.errors import is_busy, sqlite_code

#: Whether SQLite lets several threads use a connection in turns, as it does unless it was built so.
SHARES_CONNECTIONS: Final = sqlite3.threadsafety == 3  # noqa: PLR2004 - PEP 249's
#: Instructions of SQLite's between two looks at the clock: less than a millisecond's work.
_LOOK_EVERY: Final = 20_000
#: Seconds between two attempts to get a lock.
_PAUSE: Final = 0.01
#: Held while a file is made: closing it would undo the locks that a second connection has by then.
_creating = threading.Lock()


class Fetched(NamedTuple):
    """The outcome of a statement, all of it in memory."""

    rows: Sequence[Any]
    description: Any
    rowcount: int
    lastrowid: int | None

    def fetchall(self) -> Self:
        """Return itself: aiosqlite asks for the rows while it is in the thread."""
        return self


@dataclass(slots=True)
class Waiting:
    """What travels to the thread with the next statement."""

    begin: str | None = None
    functions: list[Callable[[sqlite3.Connection], None]] = field(default_factory=list)
    #: Whether nobody waits for that any more, but for the thread.
    is_given_up: bool = False

    def __bool__(self) -> bool:
        return self.begin is not None or bool(self.functions)


@dataclass(slots=True)
class StatementLimit:
    """Seconds that each statement of a connection gets; waiting for a lock has its own bound."""

    seconds: float
    _until: float = math.inf

    def begin(self) -> None:
        """Begin a statement."""
        self._until = monotonic() + self.seconds

    def end(self) -> None:
        """End it: what comes next, such as COMMIT, is none."""
        self._until = math.inf

    def is_over(self) -> bool:
        """Whether the statement has had its time; SQLite asks while it works."""
        return monotonic() > self._until


class SqliteConnection(sqlite3.Connection):
    """A connection that fetches as soon as it has executed, in whichever thread that is."""

    waiting: Waiting
    limit: StatementLimit
    #: Milliseconds that it waits for a lock inside SQLite, which nothing ends.
    busy_timeout: int
    #: Seconds that it waits for one in all.
    patience: float
    #: Which file was opened, by device and number; None in memory.
    file: tuple[int, int] | None = None
    path: str = ""

    def execute(  # type: ignore[override]
        self, sql: str, parameters: Sequence[Any] = (), /
    ) -> Fetched:
        """Execute and fetch."""
        return self._fetched(lambda cursor: cursor.execute(sql, parameters))

    def executemany(  # type: ignore[override]
        self, sql: str, parameters: Sequence[Sequence[Any]], /
    ) -> Fetched:
        """Execute for each row of parameters."""
        return self._fetched(lambda cursor: cursor.executemany(sql, parameters))

    def begin_at_once(self) -> bool:
        """Begin the transaction that is due, if its lock is free; return whether it was."""
        cursor = self.cursor()
        try:
            cursor.execute("PRAGMA busy_timeout = 0")
            self._begin(cursor)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {self.busy_timeout}")
            cursor.close()
        return True

    def _fetched(self, execute: Callable[[sqlite3.Cursor], object]) -> Fetched:
        cursor = self.cursor()
        try:
            self._catch_up(cursor)
            self._patiently(lambda: self._bounded(execute, cursor))
            rows = cursor.fetchall() if cursor.description else ()
            return Fetched(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
        except sqlite3.OperationalError as error:
            if sqlite_code(error) == sqlite3.SQLITE_INTERRUPT:
                error.args = (f"no answer within {self.limit.seconds:g} s",)
            raise
        finally:
            self.limit.end()
            cursor.close()

    def commit(self) -> None:
        """Commit; where the file has no write-ahead log, readers keep that waiting."""
        self._patiently(super().commit)

    def _bounded(self, execute: Callable[[sqlite3.Cursor], object], cursor: sqlite3.Cursor) -> None:
        self.limit.begin()  # not before: BEGIN may have waited for the lock
        execute(cursor)

    def _patiently(self, work: Callable[[], object]) -> None:
        """Do what another connection's lock may keep waiting, until it is given up."""
        until: float | None = None
        while True:
            try:
                work()
            except sqlite3.OperationalError as error:
                until = until or monotonic() + self.patience - self.busy_timeout / 1000
                if not is_busy(error) or monotonic() > until or not self._is_waiting():
                    raise
                sleep(_PAUSE)  # SQLite does not always wait before it says so
            else:
                return

    def _is_waiting(self) -> bool:
        """Whether anybody waits for what is done; without a timeout they do it themselves."""
        ((milliseconds,),) = self.cursor().execute("PRAGMA busy_timeout").fetchall()
        return bool(milliseconds) and not self.waiting.is_given_up

    def _catch_up(self, cursor: sqlite3.Cursor) -> None:
        """Do what has waited; a BEGIN that failed is still due, or we would autocommit."""
        while self.waiting.functions:
            self.waiting.functions.pop()(self)
        if self.waiting.begin is not None:
            self._patiently(lambda: self._begin(cursor))

    def _begin(self, cursor: sqlite3.Cursor) -> None:
        assert self.waiting.begin is not None  # noqa: S101 - whoever calls has seen it
        self._refuse_lost_file()
        cursor.execute(self.waiting.begin)
        self.waiting.begin = None

    def _refuse_lost_file(self) -> None:
        """Raise `OSError` when nobody could ever read what a transaction would write."""
        if self.file is not None and identity_of(self.path) != self.file:
            raise OSError(errno.ESTALE, "the database file was deleted or replaced")


def open_sqlite(
    database: str,
    waiting: Waiting,
    limit: StatementLimit,
    *,
    timeout: float,
    patience: float,
) -> SqliteConnection:
    """Open the file, or make it.

    What waits for a lock does so for `timeout` seconds inside SQLite, and again and again for
    `patience` seconds, or until it is given up.
    """
    path = None if database == ":memory:" else os.path.realpath(database)
    if path is not None:
        _create_private(path)
    # Left alone, pysqlite begins transactions by itself, but not for SELECT and DDL.
    connection = sqlite3.connect(
        database,
        isolation_level=None,
        check_same_thread=not SHARES_CONNECTIONS,
        factory=SqliteConnection,
        timeout=timeout,
    )
    if path is not None:
        connection.path, connection.file = path, identity_of(path)
    connection.waiting, connection.limit = waiting, limit
    connection.busy_timeout, connection.patience = round(timeout * 1000), patience
    connection.set_progress_handler(limit.is_over, _LOOK_EVERY)
    # A text that another program wrote in another encoding must not fail whatever reads its row.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.cursor().execute("PRAGMA foreign_keys = ON").close()
    return connection


def identity_of(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Return which file is at a path, by device and number; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - at each transaction
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _create_private(path: str) -> None:
    """Make the file, unless it is there, for its owner alone; SQLite gives -wal and -shm its mode.

    SQLite itself would let everybody read the names and reasons in it.
    """
    # What stands in the way, SQLite meets as well, and says it better.
    with _creating, contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
