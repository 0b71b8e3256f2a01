"""aiosqlite with one visit to its thread per statement instead of four.

SQLAlchemy makes a cursor, executes, fetches and closes, and aiosqlite sends each of these to the
connection's thread and back. A hop costs more than a small statement does, so here the cursor
does all four in one, and whatever can wait for the next statement travels with it, such as BEGIN.
Whoever wants rows one by one from the disk (server-side cursors) must not come here; nothing of
ours does.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

#: Held while a file is made: closing it would undo the locks that a second connection has by then.
_creating = threading.Lock()


class OneHopCursor:
    """What SQLAlchemy needs of a cursor; the rows are in memory once `execute` returns."""

    def __init__(self, connection: "OneHopConnection") -> None:
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
        await self._run(lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Execute for each row of parameters."""
        await self._run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows."""
        return self._rows

    async def close(self) -> None:
        """Let go of the rows; the real cursor is closed already."""
        self._rows = ()

    async def _run(self, statement: Callable[[sqlite3.Cursor], object]) -> None:
        def once(database: sqlite3.Connection) -> None:
            cursor = database.cursor()
            try:
                self._connection.catch_up(database)
                statement(cursor)
                self._rows = cursor.fetchall() if cursor.description else ()
                self.description = cursor.description
                self.rowcount = cursor.rowcount
                self.lastrowid = cursor.lastrowid
            finally:
                cursor.close()

        self._connection.mark_begun()
        # The one private name that we use of aiosqlite: its way into the thread.
        execute: Callable[[Callable[[], None]], Awaitable[None]] = self._connection._execute  # noqa: SLF001
        await execute(lambda: once(self._connection._conn))  # noqa: SLF001


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors go to the thread once."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        """`connector` opens the file, in the thread."""
        super().__init__(connector, iter_chunk_size=64)
        # As SQLAlchemy does: a connection that was not closed must not keep the process alive.
        self._thread.daemon = True
        self._begin: str | None = None
        self._begun = False
        self._functions: list[Callable[[sqlite3.Connection], None]] = []

    def begin(self, sql: str) -> None:
        """Begin a transaction with the next statement, which fails if `sql` does."""
        self._begin = sql

    def mark_begun(self) -> None:
        """Remember that a statement leaves for the thread, and BEGIN with it if it is due."""
        self._begun = self._begun or self._begin is not None

    def catch_up(self, database: sqlite3.Connection) -> None:
        """Do what has waited; a BEGIN that failed is still due, or we would autocommit."""
        while self._functions:
            self._functions.pop()(database)
        if self._begin is not None:
            database.execute(self._begin).close()
            self._begin = None

    async def create_function(self, *what: Any, **options: Any) -> None:
        """Register a function (SQLAlchemy brings REGEXP) by the time that a statement needs it."""
        self._functions.append(lambda database: database.create_function(*what, **options))

    async def commit(self) -> None:
        """Commit, which is nothing to do when no statement has followed a BEGIN."""
        if self._begun or self.in_transaction:
            await super().commit()
        self._begin, self._begun = None, False

    async def rollback(self) -> None:
        """Roll back, which is nothing to do when no statement has followed a BEGIN."""
        if self._begun or self.in_transaction:
            await super().rollback()
        self._begin, self._begun = None, False

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        """Make a cursor without going anywhere: all that SQLAlchemy asks is to enter it."""
        return OneHopCursor(self)


def connect(database: str, **options: Any) -> OneHopConnection:
    """Do what `aiosqlite.connect` does, and give the connection our habits in the same hop."""
    return OneHopConnection(lambda: _open(database, **options))


def _open(database: str, **options: Any) -> sqlite3.Connection:
    if database != ":memory:":
        _create_private(os.path.realpath(database))
    # Left alone, pysqlite begins transactions by itself, but not for SELECT and DDL.
    connection: sqlite3.Connection = sqlite3.connect(database, isolation_level=None, **options)
    # A text that another program wrote in another encoding must not fail whatever reads its row.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.execute("PRAGMA foreign_keys = ON").close()
    return connection


def _create_private(path: str) -> None:
    """Make the file, unless it is there, for its owner alone; SQLite gives -wal and -shm its mode.

    SQLite itself would let everybody read the names and reasons in it.
    """
    # What stands in the way, SQLite meets as well, and says it better.
    with _creating, contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
