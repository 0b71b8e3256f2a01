"""What a person is told when the database does not do what we need."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import BesitosError

_UNAVAILABLE = {
    "57P03",  # cannot_connect_now: PostgreSQL is starting up or in recovery
    "57P01",  # admin_shutdown
    "53300",  # too_many_connections
    "40P01",  # deadlock_detected: the other transaction goes on, ours may come again
}


class DatabaseError(BesitosError):
    """The database refused; whatever was under way has been rolled back."""


class DatabaseUnavailable(DatabaseError):
    """Nobody answers at the database's address, even after waiting."""


class DatabaseLocked(DatabaseError):
    """Another process holds the lock and did not let go in time."""


class SchemaError(DatabaseError):
    """The tables are not ones that this release can upgrade."""


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE that PostgreSQL gave, if `error` comes from PostgreSQL at all."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def is_busy(error: BaseException) -> bool:
    """Whether another SQLite connection holds the lock that was asked for."""
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}  # low byte: primary code


def _is_damaged(error: BaseException) -> bool:
    """Whether SQLite cannot read the file at all."""
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def is_unavailable(error: BaseException) -> bool:
    """Whether the database may do what was asked if it is asked again in a moment."""
    if isinstance(error, DBAPIError):
        gone = error.connection_invalidated or is_busy(error)
        return gone or sqlstate(error) in _UNAVAILABLE
    if isinstance(error, PoolTimeout):
        return True
    return isinstance(error, OSError) or sqlstate(error) in _UNAVAILABLE


def reason(error: BaseException) -> str:
    """Return what the driver said, in one line, without SQL and without parameters."""
    if isinstance(error, TimeoutError):
        return "no answer"
    text = str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__]
    return text[0].rpartition("'>: ")[2].rstrip(".")


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what a driver raises inside the block into a `DatabaseError` for a person."""
    try:
        yield
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
