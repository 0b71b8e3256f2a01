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
