"""SQLite files in a folder of their own."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from bench.databases import USERS, bootstrap
from bench.floor import SQLITE

_NUMBERS = """
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {users})
SELECT n FROM counter
"""


class SqliteDatabases:
    """Prepares files once and copies them for every sample."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        """Keep everything in `folder`."""
        self._folder = folder
        self._copies = count(1)

    def prepare(self, users: int, *, profiles: bool) -> str:
        """Make such a file once, and return its URL."""
        file = self._folder / f"{users}{'-complete' if profiles else ''}.db"
        url = f"{SQLITE}{file}"
        if file.exists():
            return url
        if profiles:
            self.prepare(users, profiles=False)
            shutil.copyfile(self._folder / f"{users}.db", file)
        bootstrap(url)
        if not profiles:
            with closing(sqlite3.connect(file)) as connection, connection:
                connection.execute(USERS.format(numbers=_NUMBERS.format(users=users)))
        return url

    @contextmanager
    def copied(self, users: int) -> Iterator[str]:
        """Copy the file without profiles to disk, and give the copy's URL."""
        file = self._folder / f"copy-{next(self._copies)}.db"
        shutil.copyfile(self._folder / f"{users}.db", file)
        with file.open("rb") as written:
            os.fsync(written.fileno())  # else the first sample to sync pays for the copying
        yield f"{SQLITE}{file}"
        file.unlink()
