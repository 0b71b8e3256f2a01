"""Database errors: which ones pass by themselves, and sentences for a person."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import BesitosError
from bot.seeding import SeedError, SeedLocked
from bot.seeding.errors import is_busy, sqlite_code, sqlstate

#: Classes of SQLSTATEs (PostgreSQL manual, appendix A) that are not the statement's own fault.
_PASSING_CLASSES = {
    "08",  # connection exceptions
    "28",  # a password that was changed, until ours is
    "40",  # deadlocks: the other transaction goes on, ours may come again
    "53",  # no disk, no memory, too many connections
    "55",  # a lock that was not to be had in time
    "58",  # the system below
}
_STARTING = {"57P01", "57P03", "53300"}  # shutdown, start or recovery, too many connections
_PASSING = {*_STARTING, "57P02", "25006"}  # a crash, and a standby, as after a failover
_PASSING_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


class DatabaseError(BesitosError):
    """The database refused; whatever was under way has been rolled back."""


class DatabaseUnavailable(DatabaseError):
    """Nobody answers at the database's address, even after waiting."""


class DatabaseLocked(DatabaseError):
    """Another process holds the lock and did not let go in time."""


class SchemaError(DatabaseError):
    """The tables are not ones that this release can upgrade."""


def _is_damaged(error: BaseException) -> bool:
    """Whether SQLite cannot read the file at all."""
    return sqlite_code(error) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def is_unavailable(error: BaseException) -> bool:
    """Whether the database, not what it was asked, is the reason; asked again, it may do it."""
    if isinstance(error, (OSError, PoolTimeout)):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate(error) or ""
    passing = state[:2] in _PASSING_CLASSES or state in _PASSING
    return passing or sqlite_code(error) in _PASSING_CODES


def is_starting(error: BaseException) -> bool:
    """Whether a connection may be had in a moment, without anybody mending anything."""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or is_busy(error)):
        return True
    return isinstance(error, OSError) or sqlstate(error) in _STARTING


def reason(error: BaseException) -> str:
    """Return what the driver said, in one line, without SQL and without parameters."""
    if isinstance(error, TimeoutError):
        return "no answer"
    text = str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__]
    return text[0].rpartition("'>: ")[2].rstrip(".")


@contextmanager
def translate_errors(doing: str) -> Iterator[None]:
    """Turn what a driver raises inside the block into a `DatabaseError` for a person."""
    try:
        yield
    except SeedLocked as error:
        raise DatabaseLocked(str(error)) from error
    except SeedError as error:
        raise DatabaseError(str(error)) from error
    except json.JSONDecodeError as error:
        raise DatabaseError(
            f"{doing} failed and has changed nothing; a JSON column holds text that is not JSON "
            f"({error.doc[:40]!r}); correct it in the database."
        ) from error
    except (DBAPIError, sqlite3.Error, OSError) as error:
        advice = (
            "restore the file from a backup, or move it away to start anew"
            if _is_damaged(error)
            else "put that right in the database, or restore a backup, and start again"
        )
        raise DatabaseError(
            f"{doing} failed and has changed nothing; the database says: {reason(error)}; {advice}."
        ) from error
