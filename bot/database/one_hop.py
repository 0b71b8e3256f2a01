"""aiosqlite with one visit to its thread per statement instead of four.

SQLAlchemy makes a cursor, executes, fetches and closes, and aiosqlite sends each of these to the
connection's thread and back. A hop costs more than a small statement does, so here the cursor
does all four in one, and a transaction's BEGIN travels with its first statement. Whoever wants
rows one by one from the disk (server-side cursors) must not come here; nothing of ours does.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

import aiosqlite


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
                self._connection.send_begin(cursor)
                statement(cursor)
                self._rows = cursor.fetchall() if cursor.description else ()
                self.description = cursor.description
                self.rowcount = cursor.rowcount
                self.lastrowid = cursor.lastrowid
            finally:
                cursor.close()

        # The one private name that we use of aiosqlite: its way into the thread.
        execute: Callable[[Callable[[], None]], Awaitable[None]] = self._connection._execute  # noqa: SLF001
        await execute(lambda: once(self._connection._conn))  # noqa: SLF001


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors go to the thread once."""

    _begin: str | None = None

    def begin(self, sql: str) -> None:
        """Begin a transaction with the next statement, which fails if `sql` does."""
        self._begin = sql

    def send_begin(self, cursor: sqlite3.Cursor) -> None:
        """Begin what was asked for; a BEGIN that failed is still due, or we would autocommit."""
        if self._begin is not None:
            cursor.execute(self._begin)
            self._begin = None

    async def commit(self) -> None:
        """Commit, which is nothing to do when no statement has followed the BEGIN."""
        if self._begin is None:
            await super().commit()
        self._begin = None

    async def rollback(self) -> None:
        """Roll back, which is nothing to do when no statement has followed the BEGIN."""
        if self._begin is None:
            await super().rollback()
        self._begin = None

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        """Make a cursor without going anywhere: all that SQLAlchemy asks is to enter it."""
        return OneHopCursor(self)


def connect(database: str, **options: Any) -> OneHopConnection:
    """Do what `aiosqlite.connect` does, and give the connection our habits in the same hop."""
    connection = OneHopConnection(lambda: _open(database, **options), iter_chunk_size=64)
    # As SQLAlchemy does: a connection that was not closed must not keep the process alive.
    connection._thread.daemon = True  # noqa: SLF001
    return connection


def _open(database: str, **options: Any) -> sqlite3.Connection:
    # Left alone, pysqlite begins transactions by itself, but not for SELECT and DDL.
    connection: sqlite3.Connection = sqlite3.connect(database, isolation_level=None, **options)
    connection.execute("PRAGMA foreign_keys = ON").close()
    return connection
