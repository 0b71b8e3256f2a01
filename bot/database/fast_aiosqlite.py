"""aiosqlite with as few visits to its thread as can be.

SQLAlchemy makes a cursor, executes, fetches and closes, and aiosqlite sends each of these to the
connection's thread and back. Such a visit costs ten times what a small statement does, so here one
does all four, and whatever can wait for the next statement travels with it, such as BEGIN. A small
statement of a transaction that has its lock already makes none. Whoever wants rows one by one from
the disk (server-side cursors) must not come here; nothing of ours does.
"""

import contextlib
import errno
import math
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Final, NamedTuple, Self, cast

import aiosqlite

#: Begins a transaction that has the file's one lock for writing, and waits for no other then.
IMMEDIATE: Final = "BEGIN IMMEDIATE"
#: Whether SQLite lets several threads use a connection in turns, as it does unless it was built so.
_SHARES_CONNECTIONS: Final = sqlite3.threadsafety == 3  # noqa: PLR2004 - PEP 249's
#: Instructions of SQLite's between two looks at the clock: less than a millisecond's work.
_LOOK_EVERY: Final = 20_000
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
class _Waiting:
    """What travels to the thread with the next statement."""

    begin: str | None = None
    functions: list[Callable[[sqlite3.Connection], None]] = field(default_factory=list)

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


class _Database(sqlite3.Connection):
    """The connection inside the thread: it fetches as soon as it has executed."""

    waiting: _Waiting
    limit: StatementLimit
    #: Which file was opened, by device and number; None in memory.
    file: tuple[int, int] | None = None
    path: str = ""

    def execute(  # type: ignore[override]
        self, sql: str, parameters: Sequence[Any] = (), /
    ) -> Fetched:
        return self._fetched(lambda cursor: cursor.execute(sql, parameters))

    def executemany(  # type: ignore[override]
        self, sql: str, parameters: Sequence[Sequence[Any]], /
    ) -> Fetched:
        return self._fetched(lambda cursor: cursor.executemany(sql, parameters))

    def _fetched(self, execute: Callable[[sqlite3.Cursor], object]) -> Fetched:
        cursor = self.cursor()
        self.limit.begin()
        try:
            self._catch_up(cursor)
            execute(cursor)
            rows = cursor.fetchall() if cursor.description else ()
            return Fetched(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                error.args = (f"no answer within {self.limit.seconds:g} s",)
            raise
        finally:
            self.limit.end()
            cursor.close()

    def _catch_up(self, cursor: sqlite3.Cursor) -> None:
        """Do what has waited; a BEGIN that failed is still due, or we would autocommit."""
        while self.waiting.functions:
            self.waiting.functions.pop()(self)
        if self.waiting.begin is not None:
            self._refuse_lost_file()
            cursor.execute(self.waiting.begin)
            self.waiting.begin = None

    def _refuse_lost_file(self) -> None:
        """Raise `OSError` when nobody could ever read what a transaction would write."""
        if self.file is not None and identity_of(self.path) != self.file:
            raise OSError(errno.ESTALE, "the database file was deleted or replaced")


class FastCursor:
    """What SQLAlchemy needs of a cursor; the rows are in memory once `execute` returns."""

    def __init__(self, connection: "FastConnection") -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute and fetch."""
        fetched = await self._connection.fetch(sql, parameters)
        self._rows, self.description, self.rowcount, self.lastrowid = fetched

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Execute for each row of parameters."""
        self.rowcount = await self._connection.write_many(sql, parameters)

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows."""
        return self._rows

    async def close(self) -> None:
        """Let go of the rows; the real cursor is closed already."""
        self._rows = ()


class FastConnection(aiosqlite.Connection):
    """An aiosqlite connection whose statements go to the thread once."""

    def __init__(self, connector: Callable[[], _Database], limit: StatementLimit) -> None:
        """`connector` opens the file, in the thread."""
        self.limit = limit
        self._waiting = waiting = _Waiting()
        self._begun = self._is_writer = False
        self._opened: list[_Database] = []
        opened = self._opened  # without `self`, which would keep itself alive

        def open_and_share() -> _Database:
            database = connector()
            database.waiting = waiting
            database.limit = limit
            database.set_progress_handler(limit.is_over, _LOOK_EVERY)
            opened.append(database)
            return database

        super().__init__(open_and_share, iter_chunk_size=64)
        # As SQLAlchemy does: a connection that was not closed must not keep the process alive.
        # The one private name of others in bot/, until github.com/omnilib/aiosqlite/issues/299.
        self._thread.daemon = True

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> Fetched:
        """Execute and fetch in one hop, with the BEGIN that is due."""
        self._leave()
        return cast("Fetched", await super().execute_fetchall(sql, parameters))

    async def fetch_small(self, sql: str, parameters: Sequence[Any]) -> Fetched:
        """Execute and fetch what touches a few rows: without a hop, if no lock is to wait for."""
        if self._has_lock():
            return self._opened[0].execute(sql, parameters)
        return await self.fetch(sql, parameters)

    def _has_lock(self) -> bool:
        return (
            self._begun
            and self._is_writer
            and not self._waiting
            and self.in_transaction
            and _SHARES_CONNECTIONS
        )

    async def execute_fetchall(  # type: ignore[override]
        self, sql: str, parameters: Sequence[Any] = ()
    ) -> Sequence[Any]:
        """Return the rows, as aiosqlite does."""
        return (await self.fetch(sql, parameters)).rows

    async def write_many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> int:
        """Execute for each row of parameters in one hop; return how many rows were written."""
        self._leave()
        return (await super().executemany(sql, parameters)).rowcount

    def begin(self, sql: str) -> None:
        """Begin a transaction with the next statement, which fails if `sql` does."""
        self._waiting.begin = sql
        self._is_writer = sql == IMMEDIATE

    def _leave(self) -> None:
        self._begun = self._begun or self._waiting.begin is not None

    async def create_function(self, *what: Any, **options: Any) -> None:
        """Register a function (SQLAlchemy brings REGEXP) by the time that a statement needs it."""
        self._waiting.functions.append(lambda database: database.create_function(*what, **options))

    async def commit(self) -> None:
        """Commit, which is nothing to do when no statement has followed a BEGIN."""
        if self._begun or self.in_transaction:
            await super().commit()
        self._waiting.begin, self._begun = None, False

    async def rollback(self) -> None:
        """Roll back, which is nothing to do when no statement has followed a BEGIN."""
        if self._begun or self.in_transaction:
            await super().rollback()
        self._waiting.begin, self._begun = None, False

    def cursor(self) -> FastCursor:  # type: ignore[override]
        """Make a cursor without going anywhere: all that SQLAlchemy asks is to enter it."""
        return FastCursor(self)


def connect(
    database: str, *, statement_timeout: float = math.inf, **options: Any
) -> FastConnection:
    """Do what `aiosqlite.connect` does, and give the connection our defaults in the same hop.

    A statement that works for longer than `statement_timeout` seconds fails as interrupted.
    """
    return FastConnection(lambda: _open(database, **options), StatementLimit(statement_timeout))


def _open(database: str, **options: Any) -> _Database:
    if database != ":memory:":
        _create_private(os.path.realpath(database))
    # Left alone, pysqlite begins transactions by itself, but not for SELECT and DDL.
    connection = sqlite3.connect(
        database,
        isolation_level=None,
        check_same_thread=not _SHARES_CONNECTIONS,
        factory=_Database,
        **options,
    )
    if database != ":memory:":
        connection.path = os.path.realpath(database)
        connection.file = identity_of(connection.path)
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
