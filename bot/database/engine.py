"""Engines for SQLite and PostgreSQL, with the defaults that each needs."""

import json
import os
import socket
import sqlite3
from functools import partial
from typing import Any, cast

from sqlalchemy import URL, Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.database import fast_aiosqlite, libpq, postgresql
from bot.database.errors import DatabaseError, is_outdated
from bot.database.url import sqlite_file

#: Execution option that says how SQLite shall begin its transactions, None: not at all.
SQLITE_BEGIN = "sqlite_begin"
#: Seconds that a statement waits for a lock inside SQLite, where nothing ends it, not even a stop.
SQLITE_BUSY_TIMEOUT = 3.0
#: Seconds it waits in all: longer than the longest seed (1 million profiles).
SQLITE_PATIENCE = 60.0
#: Seconds that the database gets for one statement.
STATEMENT_TIMEOUT = 30.0
#: Connections that are open at once, at most.
POOL_SIZE = 15
_OLDEST_SQLITE = (3, 35)


def create_engine(
    url: URL, *, timeout: float = STATEMENT_TIMEOUT, pool_size: int = POOL_SIZE
) -> AsyncEngine:
    """Open an engine, whose connections stay open until the caller disposes of it.

    A statement ends after `timeout` seconds of work in any case. At most `pool_size`
    connections are opened, when they are needed, and stay open. Raises `DatabaseError` when
    Python's SQLite is too old.
    """
    options: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": lambda value: json.dumps(value, ensure_ascii=False),
    }
    if url.get_backend_name() == "postgresql" or sqlite_file(url):
        # Over a network a new connection costs as much as two updates. The one used last has its
        # statements prepared: the others rest as long as it is enough.
        options |= {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": timeout}
        options |= {"pool_use_lifo": True}
    if url.get_backend_name() == "postgresql":
        engine = _create_postgresql_engine(url, timeout, options)
    else:
        engine = _create_sqlite_engine(url, timeout, options)
    event.listen(engine.sync_engine, "handle_error", drop_outdated)
    return engine


def _create_sqlite_engine(url: URL, timeout: float, options: dict[str, Any]) -> AsyncEngine:
    _refuse_old_sqlite()
    engine = create_async_engine(
        url,
        async_creator=partial(
            fast_aiosqlite.connect,
            url.database or ":memory:",
            timeout=SQLITE_BUSY_TIMEOUT,
            patience=SQLITE_PATIENCE,
            statement_timeout=timeout,
        ),
        **options,
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    # SQLAlchemy would ask with the first connection: one more visit to the thread at a start.
    engine.dialect.get_default_isolation_level = lambda dbapi_conn: "SERIALIZABLE"  # type: ignore[method-assign] # noqa: ARG005
    return engine


def _create_postgresql_engine(url: URL, timeout: float, options: dict[str, Any]) -> AsyncEngine:
    arguments = libpq.connect_arguments(url, _who_we_are())
    engine = create_async_engine(
        url,
        isolation_level=postgresql.ISOLATION,
        async_creator=partial(postgresql.connect, timeout, **arguments),
        **options,
    )
    postgresql.ask_nothing_first(engine.dialect)
    postgresql.renew_dead_connections(engine)
    return engine


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine, same pool, for transactions that read first and write then.

    On SQLite such a one must be a writer from the beginning: it fails at once when it wants to
    become one after another has written.
    """
    return engine.execution_options(**{SQLITE_BEGIN: fast_aiosqlite.IMMEDIATE})


def create_reading_engine(url: URL, *, timeout: float = STATEMENT_TIMEOUT) -> AsyncEngine:
    """Open an engine for looking only: a SQLite file that is not there yet is not created."""
    file = sqlite_file(url)
    there = file is None or file.exists()
    return create_engine(url if there else url.set(database=":memory:"), timeout=timeout)


def _who_we_are() -> str:
    """Tell another process that waits for our lock whom it waits for."""
    return f"besitos {socket.gethostname()}:{os.getpid()}"[:63]


def drop_outdated(context: ExceptionContext) -> None:
    """Give up a connection that only fails, and with it all that the pool has had for as long."""
    if context.connection is not None and is_outdated(context.original_exception):
        context.is_disconnect = True


def _refuse_old_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise DatabaseError(
            f"Python's SQLite is {'.'.join(map(str, sqlite3.sqlite_version_info))}, and RETURNING "
            f"needs {'.'.join(map(str, _OLDEST_SQLITE))}; use a newer Python, or PostgreSQL."
        )


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get(SQLITE_BEGIN, "BEGIN")
    if begin is not None:
        driver = cast("fast_aiosqlite.FastConnection", connection.connection.driver_connection)
        driver.begin(begin)
