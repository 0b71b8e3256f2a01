"""aiosqlite with as few visits to its thread as can be.

SQLAlchemy makes a cursor, executes, fetches and closes, and aiosqlite sends each of these to the
connection's thread and back. Such a visit costs ten times what a small statement does, so here one
does all four, and whatever can wait for the next statement travels with it, such as BEGIN. A small
statement of a transaction that has its lock, or can have it at once, makes none. Whoever wants rows
one by one from the disk (server-side cursors) must not come here; nothing of ours does.
"""

import sqlite3
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, Self, cast

import aiosqlite

from bot.database.sqlite_connection import (
    SHARES_CONNECTIONS,
    Fetched,
    SqliteConnection,
    StatementLimit,
    Waiting,
    open_sqlite,
)

if TYPE_CHECKING:
    import asyncio

#: Begins a transaction that has the file's one lock for writing, and waits for no other then.
IMMEDIATE: Final = "BEGIN IMMEDIATE"


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

    def __init__(
        self, connector: Callable[[Waiting], SqliteConnection], limit: StatementLimit
    ) -> None:
        """`connector` opens the file, in the thread; its statements get what `limit` says."""
        self.limit = limit
        self._waiting = waiting = Waiting()
        self._begun = self._is_writer = False
        self._opened: list[SqliteConnection] = []
        opened = self._opened  # without `self`, which would keep itself alive

        def open_and_share() -> SqliteConnection:
            database = connector(waiting)
            opened.append(database)
            return database

        super().__init__(open_and_share, iter_chunk_size=64)
        # As SQLAlchemy does: a connection that was not closed must not keep the process alive.
        # The one private name of others in bot/, until github.com/omnilib/aiosqlite/issues/299.
        self._thread.daemon = True

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        """Open the file. The thread of one that cannot be opened has ended, and tells nobody."""
        try:
            return (yield from super().__await__())
        except Exception:
            self._thread.join()
            raise

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> Fetched:
        """Execute and fetch in one visit, with the BEGIN that is due."""
        self._note_begin()
        return cast("Fetched", await super().execute_fetchall(sql, parameters))

    async def fetch_small(self, sql: str, parameters: Sequence[Any]) -> Fetched:
        """Execute and fetch what touches a few rows: without a visit, if the lock is free."""
        if SHARES_CONNECTIONS and self._is_writer and self._opened and self._gets_lock():
            return self._opened[0].execute(sql, parameters)
        return await self.fetch(sql, parameters)

    def _gets_lock(self) -> bool:
        """Whether the transaction has the file's lock, which it takes here if nobody has it."""
        if self._begun:
            return not self._waiting and self.in_transaction
        if self._waiting.begin is None or self._waiting.functions:
            return False
        self._begun = self._opened[0].begin_at_once()
        return self._begun

    async def execute_fetchall(  # type: ignore[override]
        self, sql: str, parameters: Sequence[Any] = ()
    ) -> Sequence[Any]:
        """Return the rows, as aiosqlite does."""
        return (await self.fetch(sql, parameters)).rows

    async def write_many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> int:
        """Execute for each row of parameters in one visit; return how many rows were written."""
        self._note_begin()
        return (await super().executemany(sql, parameters)).rowcount

    def begin(self, sql: str) -> None:
        """Begin a transaction with the next statement, which fails if `sql` does."""
        self._waiting.begin, self._waiting.is_given_up = sql, False
        self._is_writer = sql == IMMEDIATE

    def _note_begin(self) -> None:
        self._refuse_autocommit()
        self._begun = self._begun or self._waiting.begin is not None

    def _refuse_autocommit(self) -> None:
        """Raise when a failure, such as a full disk, has made SQLite roll the transaction back."""
        if self._begun and self._waiting.begin is None and not self.in_transaction:
            error = sqlite3.OperationalError("a failure has rolled the transaction back")
            error.sqlite_errorcode = sqlite3.SQLITE_ABORT_ROLLBACK
            raise error

    async def create_function(self, *what: Any, **options: Any) -> None:
        """Register a function (SQLAlchemy brings REGEXP) by the time that a statement needs it."""
        self._waiting.functions.append(lambda database: database.create_function(*what, **options))

    async def commit(self) -> None:
        """Commit, which is nothing to do when no statement has followed a BEGIN."""
        self._refuse_autocommit()
        if self._begun or self.in_transaction:
            await super().commit()
        self._waiting.begin, self._begun = None, False

    async def rollback(self) -> None:
        """Roll back, which is nothing to do when no statement has followed a BEGIN."""
        if self._begun or self.in_transaction:
            self._waiting.is_given_up = True  # a cancelled statement may still wait for a lock
            await super().rollback()
            self._waiting.is_given_up = False
        self._waiting.begin, self._begun = None, False

    async def close(self) -> None:
        """Close, and let nothing wait for a lock any more."""
        self._waiting.is_given_up = True
        await super().close()

    def stop(self) -> "asyncio.Future[Any] | None":
        """Close without waiting for it, and let nothing wait for a lock any more."""
        self._waiting.is_given_up = True
        return super().stop()

    def cursor(self) -> FastCursor:  # type: ignore[override]
        """Make a cursor without going anywhere: all that SQLAlchemy asks is to enter it."""
        return FastCursor(self)


def connect(
    database: str, *, timeout: float, patience: float, statement_timeout: float
) -> FastConnection:
    """Do what `aiosqlite.connect` does, and give the connection our defaults in the same visit.

    What waits for a lock does so for `timeout` seconds at once and `patience` seconds in all,
    unless it is given up; a statement that works for longer than `statement_timeout` seconds fails
    as interrupted.
    """
    limit = StatementLimit(statement_timeout)

    def connector(waiting: Waiting) -> SqliteConnection:
        return open_sqlite(database, waiting, limit, timeout=timeout, patience=patience)

    return FastConnection(connector, limit)
