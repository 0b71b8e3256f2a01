"""Open the database that `DATABASE_URL` names, with the habits both engines need."""

import json
import os
import socket
from pathlib import Path
from typing import Any, ClassVar, cast

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.database import one_hop
from bot.errors import BesitosError

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
#: Execution option that says how SQLite shall begin its transactions, None: not at all.
SQLITE_BEGIN = "sqlite_begin"
#: Seconds a SQLite writer waits for another: longer than the longest seed (1 million profiles).
SQLITE_BUSY_TIMEOUT = 60.0


class DatabaseUrlError(BesitosError):
    """`DATABASE_URL` cannot be used."""

    exit_code: ClassVar[int] = 2


def parse_database_url(text: str) -> URL:
    """Give `DATABASE_URL` the async driver that we use.

    Raises `DatabaseUrlError`, whose text never repeats the URL, since that may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(
            "DATABASE_URL is not a database address; write it like sqlite+aiosqlite:///besitos.db "
            "or postgresql://user:password@host/database."
        ) from None
    dialect, _, driver = url.drivername.partition("+")
    if dialect not in DRIVERS or driver not in {"", DRIVERS[dialect].partition("+")[2]}:
        raise DatabaseUrlError(
            f"DATABASE_URL asks for {url.drivername}, but only SQLite (sqlite+aiosqlite) and "
            "PostgreSQL (postgresql+asyncpg) are supported; write it that way."
        )
    url = url.set(drivername=DRIVERS[dialect])
    if sslmode := url.query.get("sslmode"):  # libpq's name, as hosted databases hand it out
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    return url


def create_engine(url: URL) -> AsyncEngine:
    """Open an engine; the caller disposes of it, or aiosqlite's threads outlive the program."""
    options: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": lambda value: json.dumps(value, ensure_ascii=False),
    }
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url,
            isolation_level="READ COMMITTED",
            connect_args={"server_settings": {"application_name": _who_we_are()}},
            **options,
        )
    engine = create_async_engine(
        url,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT, "async_creator_fn": one_hop.connect},
        # Closing a connection ends its transaction; one more ROLLBACK would be a hop for nothing.
        pool_reset_on_return=None,
        **options,
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine, same pool, for transactions that read first and write then.

    On SQLite such a one must be a writer from the beginning: it fails at once when it wants to
    become one after another has written.
    """
    return engine.execution_options(**{SQLITE_BEGIN: "BEGIN IMMEDIATE"})


def for_single_reads(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine, same pool, for a SELECT that stands alone.

    On SQLite it needs no transaction around it, and so no visit to the thread to end one.
    """
    return engine.execution_options(**{SQLITE_BEGIN: None})


def create_reading_engine(url: URL) -> AsyncEngine:
    """Open an engine for looking only: a SQLite file that is not there yet is not created."""
    file = sqlite_file(url)
    return create_engine(url if file is None or file.exists() else url.set(database=":memory:"))


def sqlite_file(url: URL) -> Path | None:
    """Where a SQLite database lives; None for PostgreSQL and for memory."""
    in_memory = not url.database or url.database == ":memory:" or url.database.startswith("file:")
    if url.get_backend_name() != "sqlite" or in_memory:
        return None
    return Path(str(url.database))


def describe(url: URL) -> str:
    """Return the database address as a person may see it: without password and query."""
    return url.set(query={}).render_as_string(hide_password=True)


def _who_we_are() -> str:
    """Tell another process that waits for our lock whom it waits for."""
    return f"besitos {socket.gethostname()}:{os.getpid()}"[:63]


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get(SQLITE_BEGIN, "BEGIN")
    if begin is not None:
        driver = cast("one_hop.OneHopConnection", connection.connection.driver_connection)
        driver.begin(begin)
