"""Open a database with the habits that both engines need."""

import json
import os
import socket
from typing import Any, cast

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.database import one_hop
from bot.database.address import sqlite_file

#: Execution option that says how SQLite shall begin its transactions, None: not at all.
SQLITE_BEGIN = "sqlite_begin"
#: Seconds a SQLite writer waits for another: longer than the longest seed (1 million profiles).
SQLITE_BUSY_TIMEOUT = 60.0


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


def create_reading_engine(url: URL) -> AsyncEngine:
    """Open an engine for looking only: a SQLite file that is not there yet is not created."""
    file = sqlite_file(url)
    return create_engine(url if file is None or file.exists() else url.set(database=":memory:"))


def _who_we_are() -> str:
    """Tell another process that waits for our lock whom it waits for."""
    return f"besitos {socket.gethostname()}:{os.getpid()}"[:63]


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get(SQLITE_BEGIN, "BEGIN")
    if begin is not None:
        driver = cast("one_hop.OneHopConnection", connection.connection.driver_connection)
        driver.begin(begin)
