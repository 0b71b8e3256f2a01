"""Which failures of the database pass by themselves, so that an update waits instead of failing."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.database.errors import is_starting, is_unavailable


def on_sqlite(code: int) -> DBAPIError:
    """Wrap what sqlite3 raises with a code."""
    error = sqlite3.OperationalError("…")
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", None, error)


def on_postgresql(sqlstate: str) -> DBAPIError:
    """Wrap what asyncpg raises with an SQLSTATE."""
    error = RuntimeError("…")
    error.sqlstate = sqlstate  # type: ignore[attr-defined]
    return OperationalError("SELECT 1", None, error)


def gone() -> DBAPIError:
    """Wrap a connection that is lost."""
    return OperationalError("SELECT 1", None, RuntimeError(), connection_invalidated=True)


@pytest.mark.parametrize(
    ("error", "passes", "at_the_start"),
    [
        (gone(), True, True),
        (ConnectionRefusedError(), True, True),
        (PoolTimeout(), True, False),
        (on_sqlite(sqlite3.SQLITE_BUSY), True, True),
        (on_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), True, True),
        (on_sqlite(sqlite3.SQLITE_FULL), True, False),
        (on_sqlite(sqlite3.SQLITE_IOERR_WRITE), True, False),
        (on_sqlite(sqlite3.SQLITE_READONLY), True, False),
        (on_sqlite(sqlite3.SQLITE_CANTOPEN), True, False),
        (on_sqlite(sqlite3.SQLITE_CONSTRAINT), False, False),
        (on_sqlite(sqlite3.SQLITE_CORRUPT), False, False),
        (on_postgresql("57P03"), True, True),  # starting up
        (on_postgresql("57P01"), True, True),  # shutting down
        (on_postgresql("53300"), True, True),  # too many connections
        (on_postgresql("57P02"), True, False),  # crashed
        (on_postgresql("40P01"), True, False),  # deadlock
        (on_postgresql("55P03"), True, False),  # lock not available
        (on_postgresql("53100"), True, False),  # disk full
        (on_postgresql("25006"), True, False),  # a standby
        (on_postgresql("28P01"), True, False),  # wrong password
        (on_postgresql("08006"), True, False),  # connection failure
        (on_postgresql("23505"), False, False),  # unique violation
        (on_postgresql("42P01"), False, False),  # no such table
        (on_postgresql("57014"), False, False),  # a statement that took too long would again
        (ValueError(), False, False),
    ],
    ids=lambda value: repr(getattr(value, "orig", value)),
)
def test_what_passes(error: Exception, *, passes: bool, at_the_start: bool) -> None:
    """An update waits for what passes; a start waits only for what nobody has to mend."""
    assert (passes, at_the_start) == (is_unavailable(error), is_starting(error))
