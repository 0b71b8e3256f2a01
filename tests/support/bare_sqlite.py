"""Queries of a SQLite file as anybody can make them: Python's own sqlite3, none of our code."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def query(file: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Return all rows; a table that is not there (yet) has none."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise


def execute(file: Path, *statements: str) -> None:
    """Run statements and commit; the file is created if need be."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def restore_beside_newer_log(file: Path) -> tuple[bytes, bytes]:
    """Put an old backup in a file's place, and leave the log that belongs to a newer one.

    Return what both hold.
    """
    log = file.with_name(f"{file.name}-wal")
    execute(file, "PRAGMA journal_mode = WAL", "CREATE TABLE notes (id INTEGER PRIMARY KEY, note)")
    backup = file.read_bytes()
    with closing(sqlite3.connect(file, isolation_level=None)) as running:
        running.execute("CREATE INDEX by_note ON notes (note)")
        fill = "INSERT INTO notes VALUES (?, hex(randomblob(100)))"
        running.executemany(fill, [[number] for number in range(300)])
        running.execute("PRAGMA wal_checkpoint")
        running.executemany(fill, [[number] for number in range(300, 310)])
        newer = log.read_bytes()
    file.write_bytes(backup)
    log.write_bytes(newer)
    return backup, newer
