"""Database errors: which ones pass by themselves, and sentences for a person."""

import errno
import json
import re
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import BesitosError
from bot.seeding import SeedError, SeedLocked
from bot.seeding.errors import is_busy, is_passing, sqlite_code, sqlstate

#: Classes of SQLSTATEs (PostgreSQL manual, appendix A) that no update's content brings about.
_DATABASE_CLASSES = {
    "08",  # connection exceptions
    "26",  # a prepared statement that a pooler's other connection has
    "28",  # a password that was changed, until ours is
    "3D",  # the database is gone
    "3F",  # the schema is
    "40",  # deadlocks: the other transaction goes on, ours may come again
    "53",  # no disk, no memory, too many connections
    "55",  # a lock that was not to be had in time
    "57",  # shutdown, crash, start, a statement that took too long
    "58",  # the system below
    "XX",  # damaged data, and what poolers refuse with
}
#: A log (-wal) beside another file than its own is what damages that one next.
DAMAGED_ADVICE = (
    "restore the file from a backup while the bot is stopped, and delete the -wal and -shm beside "
    "it, which belong to the damaged one; or move all three away to start anew"
)
_DATABASE_STATES = {
    "23502",  # another's column: no statement of ours leaves out what our tables need
    "25006",  # a standby, as after a failover
    "42501",  # a right was taken from us
    "2200H",  # ids have come to their end
    "42703",  # a column is gone
    "42804",  # a column has another type
    "42883",  # so that what we do with it does not exist
    "42P01",  # a table is
    "42P05",  # a prepared statement again, see 26
    "42P10",  # the unique key behind an ON CONFLICT is gone
}
#: Content that its column cannot hold, and content that a CHECK refuses.
_CONTENT_CLASS = "22"
_CHECK = "23514"
#: Shutdown, start or recovery, too many connections, and what PgBouncer refuses with.
_STARTING = {"57P01", "57P03", "53300", "08P01"}
_INTERNAL = "XX000"
#: A read-only server, prepared statements that the server has forgotten, and types that this
#: connection still knows by numbers that are gone.
_OUTDATED = {"25006", "26000", _INTERNAL}
#: What asyncpg itself says of plans and types of another schema, and when it has lost count.
_OUTDATED_KINDS = {"InvalidCachedStatementError", "InternalClientError"}
#: A disk without room, or a user's share of it.
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DISK_FULL = "53100"
#: What SQLite says where it may not write, or not even read.
_NO_RIGHT = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_DATABASE_CODES = {
    sqlite3.SQLITE_ABORT,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_SCHEMA,
}
#: SQLite has one code for all that is wrong with a statement, and ours are always the same.
_NOT_OUR_SCHEMA = re.compile("^no such |has no column named|^ON CONFLICT clause does not match")


class DatabaseError(BesitosError):
    """The database refused; whatever was under way has been rolled back."""


class DatabaseUrlError(BesitosError):
    """`DATABASE_URL` cannot be used. The text repeats no part of it: any may be a password."""

    exit_code: ClassVar[int] = 2


class DatabaseUnavailable(DatabaseError):
    """Nobody answers at the database's address, even after waiting."""


class DatabaseLocked(DatabaseError):
    """Another process holds the lock and did not let go in time."""


class SchemaError(DatabaseError):
    """The tables are not ones that this release can upgrade."""


def is_damaged(error: BaseException) -> bool:
    """Whether SQLite cannot read the file at all."""
    return sqlite_code(error) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def is_unavailable(error: BaseException) -> bool:
    """Whether the database, not what it was asked, is the reason; asked again, it may do it.

    So it is when a table or a column is gone: whoever mends the schema mends this.
    """
    if isinstance(error, (OSError, PoolTimeout, DatabaseLocked, DatabaseUnavailable)):
        return True
    if isinstance(error, DatabaseError) and error.__cause__:
        return is_unavailable(error.__cause__)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate(error) or ""
    if state[:2] in _DATABASE_CLASSES or state in _DATABASE_STATES:
        return True
    return sqlite_code(error) in _DATABASE_CODES or _is_schemas_fault(error)


def is_content_refused(error: BaseException) -> bool:
    """Whether the database can never hold what it was given: it does not fit, or fails a CHECK.

    References and unique keys are no content: another transaction may have been faster.
    """
    state = sqlstate(error) or ""
    if state[:2] == _CONTENT_CLASS or state == _CHECK:
        return True
    return _extended_code(error) in {sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_MISMATCH}


def is_starting(error: BaseException) -> bool:
    """Whether a connection may be had in a moment, without anybody mending anything."""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or is_busy(error)):
        return True
    if sqlstate(error) == _INTERNAL:  # a pooler that is full; nothing else says so
        return "connections" in str(error)
    if isinstance(error, ssl.SSLCertVerificationError):  # no certificate changes by waiting
        return False
    return isinstance(error, OSError) or sqlstate(error) in _STARTING


def is_outdated(error: BaseException) -> bool:
    """Whether only the connection is to blame, and a new one may do what it was asked at once.

    It holds plans of a schema that has changed, leads to a server that has become a standby, or
    keeps pages of a damaged file that may be whole again.
    """
    if sqlstate(error) in _OUTDATED or is_damaged(error):
        return True
    names = {type(one).__name__ for one in (error, getattr(error, "orig", None))}
    return not names.isdisjoint(_OUTDATED_KINDS)


def is_schema_conflict(error: BaseException) -> bool:
    """Whether tables and columns are not, or already, what a statement names."""
    return (sqlstate(error) or "")[:2] == "42" or sqlite_code(error) == sqlite3.SQLITE_ERROR


def reason(error: BaseException) -> str:
    """Return what the driver said, in one line, without SQL and without parameters."""
    if isinstance(error, TimeoutError):
        return str(error) or "no answer"
    first = next(iter(str(getattr(error, "orig", None) or error).splitlines()), "")
    first = first.partition(" (Background on")[0]
    return first.rpartition("'>: ")[2].rstrip(".: ") or kind(error)


def kind(error: BaseException) -> str:
    """Return the name of the error, of the driver's own where SQLAlchemy has wrapped it."""
    wrapped: BaseException | None = getattr(error, "orig", None)
    return type(wrapped.__cause__ or wrapped if wrapped else error).__name__


def _is_schemas_fault(error: BaseException) -> bool:
    origin = getattr(error, "orig", error)
    if _extended_code(error) == sqlite3.SQLITE_CONSTRAINT_NOTNULL:
        return True
    return sqlite_code(error) == sqlite3.SQLITE_ERROR and bool(_NOT_OUR_SCHEMA.search(str(origin)))


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return sqlite_code(error) == sqlite3.SQLITE_FULL or sqlstate(error) == _DISK_FULL


def _is_late(error: BaseException) -> bool:
    """Whether a statement, or a connection of the pool's, was waited for in vain."""
    return isinstance(getattr(error, "orig", error), (TimeoutError, PoolTimeout))


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        # A rollback that asyncpg cannot send any more hides what has ended the connection.
        return error.connection_invalidated or "connection is closed" in str(error.orig)
    return isinstance(error, ConnectionError)


def _extended_code(error: BaseException) -> int:
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code


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
    except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as error:
        if is_damaged(error):
            advice = DAMAGED_ADVICE
        elif _is_full(error):
            advice = "make room on the disk, and start again"
        elif is_passing(error) or _is_late(error):
            advice = "let whoever keeps it waiting finish, or stop them, and start again"
        elif isinstance(error, PermissionError) or sqlite_code(error) in _NO_RIGHT:
            advice = "give the user of this program the file and its folder, and start again"
        elif _is_lost(error):
            advice = "see to it that the database's server answers, and start again"
        else:
            advice = "put that right in the database, or restore a backup, and start again"
        raise DatabaseError(
            f"{doing} failed and has changed nothing; the database says: {reason(error)}; {advice}."
        ) from error
