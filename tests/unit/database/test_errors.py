"""Which failures are the database's own, so that an update waits, and which an update's own."""

import errno
import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.database.errors import (
    DatabaseError,
    DatabaseLocked,
    is_content_refused,
    is_outdated,
    is_starting,
    is_unavailable,
    reason,
    translate_errors,
)


def on_sqlite(code: int, says: str = "…") -> DBAPIError:
    """Wrap what sqlite3 raises with a code."""
    error = sqlite3.OperationalError(says)
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", None, error)


def on_postgresql(sqlstate: str, says: str = "…") -> DBAPIError:
    """Wrap what asyncpg raises with an SQLSTATE."""
    error = RuntimeError(says)
    error.sqlstate = sqlstate  # type: ignore[attr-defined]
    return OperationalError("SELECT 1", None, error)


def gone() -> DBAPIError:
    """Wrap a connection that is lost."""
    return OperationalError("SELECT 1", None, RuntimeError(), connection_invalidated=True)


def caused_by(error: Exception) -> DatabaseError:
    """Explain an error to a person."""
    explained = DatabaseError("…")
    explained.__cause__ = error
    return explained


@pytest.mark.parametrize(
    ("error", "passes", "at_the_start"),
    [
        (gone(), True, True),
        (ConnectionRefusedError(), True, True),
        (PoolTimeout(), True, False),
        (on_sqlite(sqlite3.SQLITE_ABORT_ROLLBACK), True, False),
        (on_sqlite(sqlite3.SQLITE_BUSY), True, True),
        (on_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), True, True),
        (on_sqlite(sqlite3.SQLITE_FULL), True, False),
        (on_sqlite(sqlite3.SQLITE_IOERR_WRITE), True, False),
        (on_sqlite(sqlite3.SQLITE_READONLY), True, False),
        (on_sqlite(sqlite3.SQLITE_CANTOPEN), True, False),
        (on_sqlite(sqlite3.SQLITE_CONSTRAINT), False, False),
        (on_sqlite(sqlite3.SQLITE_IOERR_READ), True, False),
        (on_sqlite(sqlite3.SQLITE_CORRUPT), True, False),
        (on_sqlite(sqlite3.SQLITE_NOTADB), True, False),
        (on_sqlite(sqlite3.SQLITE_ERROR, "no such table: user_reactions"), True, False),
        (on_sqlite(sqlite3.SQLITE_ERROR, "table users has no column named a"), True, False),
        (on_sqlite(sqlite3.SQLITE_ERROR, "ON CONFLICT clause does not match any"), True, False),
        (on_sqlite(sqlite3.SQLITE_ERROR, "integer overflow"), False, False),
        (on_sqlite(sqlite3.SQLITE_CONSTRAINT_NOTNULL), True, False),
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
        (on_postgresql("23502"), True, False),  # another program's NOT NULL column
        (on_postgresql("42P01"), True, False),  # no such table
        (on_postgresql("42703"), True, False),  # no such column
        (on_postgresql("42804"), True, False),  # a column of another type
        (on_postgresql("42883"), True, False),  # and what cannot be done with it
        (on_postgresql("2200H"), True, False),  # a sequence at its end
        (on_postgresql("42P10"), True, False),  # no unique key behind an ON CONFLICT
        (on_postgresql("57014"), True, False),  # statement_timeout
        (on_postgresql("08P01"), True, True),  # PgBouncer
        (on_postgresql("XX000", "no more connections allowed"), True, True),  # and another
        (on_postgresql("XX000"), True, False),
        (on_postgresql("42P05"), True, False),  # PgBouncer's other connection
        (on_postgresql("42501"), True, False),  # a right that was taken
        (on_postgresql("25P02"), False, False),  # a handler that went on after a failure
        (on_postgresql("P0001"), False, False),  # somebody's trigger
        (caused_by(ConnectionRefusedError()), True, False),
        (caused_by(on_postgresql("42P01")), True, False),
        (caused_by(ValueError()), False, False),
        (DatabaseLocked(), True, False),
        (ValueError(), False, False),
    ],
    ids=lambda value: repr(getattr(value, "orig", value)),
)
def test_what_passes(error: Exception, *, passes: bool, at_the_start: bool) -> None:
    """An update waits for what passes; a start waits only for what nobody has to mend."""
    assert (passes, at_the_start) == (is_unavailable(error), is_starting(error))


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (on_postgresql("22003"), True),  # a number that is too large
        (on_postgresql("22021"), True),  # a NUL
        (on_postgresql("23514"), True),  # a CHECK
        (on_postgresql("23503"), False),  # a wipe was faster
        (on_postgresql("23505"), False),  # another replica was
        (on_postgresql("23502"), False),
        (on_sqlite(sqlite3.SQLITE_CONSTRAINT_CHECK), True),
        (on_sqlite(sqlite3.SQLITE_MISMATCH), True),
        (on_sqlite(sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY), False),
        (on_sqlite(sqlite3.SQLITE_CONSTRAINT_NOTNULL), False),
        (ValueError(), False),
    ],
    ids=lambda value: repr(getattr(value, "orig", value)),
)
def test_what_is_the_contents_fault(error: Exception, *, refused: bool) -> None:
    """What can never be stored is known by its code; what a race may have caused is not."""
    assert refused == is_content_refused(error)


@pytest.mark.parametrize("state", ["25006", "26000", "XX000"])
def test_outdated_connection(state: str) -> None:
    """One to a standby is no use any more, nor one with statements or types that are gone."""
    assert is_outdated(on_postgresql(state))
    assert not is_outdated(on_postgresql("42P01"))


@pytest.mark.parametrize(
    ("code", "outdated"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_IOERR, False),
    ],
)
def test_connection_to_a_damaged_file(code: int, *, outdated: bool) -> None:
    """One that has read damaged pages keeps them; a disk that failed once leaves it as it was."""
    assert outdated == is_outdated(on_sqlite(code))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "no answer"),
        (TimeoutError("no answer within 3 s"), "no answer within 3 s"),
        (ConnectionResetError(), "ConnectionResetError"),
        (OperationalError("SELECT 1", None, RuntimeError("<class 'a.B'>: ")), "RuntimeError"),
        (OperationalError("SELECT 1", None, RuntimeError("<class 'a.B'>: gone.")), "gone"),
    ],
)
def test_reason_is_never_empty(error: Exception, said: str) -> None:
    """Whatever the driver says, or does not, a log line has something behind its colon."""
    assert said == reason(error)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (on_sqlite(sqlite3.SQLITE_FULL), "make room on the disk"),
        (on_postgresql("53100"), "make room on the disk"),
        (OSError(errno.ENOSPC, "No space left on device"), "make room on the disk"),
        (on_sqlite(sqlite3.SQLITE_READONLY), "give the user of this program the file"),
        (on_sqlite(sqlite3.SQLITE_CANTOPEN), "give the user of this program the file"),
        (PermissionError(errno.EACCES, "Permission denied"), "give the user of this program"),
        (on_sqlite(sqlite3.SQLITE_BUSY), "let whoever keeps it waiting finish"),
        (on_postgresql("40P01"), "let whoever keeps it waiting finish"),
        (TimeoutError("no answer within 3 s"), "let whoever keeps it waiting finish"),
        (PoolTimeout("QueuePool limit of size 1 reached"), "let whoever keeps it waiting finish"),
        (gone(), "see to it that the database's server answers"),
        (ConnectionResetError(), "see to it that the database's server answers"),
    ],
)
def test_machine_is_no_fault_of_the_data(error: Exception, advice: str) -> None:
    """Whoever lacks room or rights is told so, and not to restore a backup."""
    with pytest.raises(DatabaseError, match=f"; {advice}"), translate_errors("The backup"):
        raise error
