"""Databases for the samples, and SQLite's."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from bench.baseline import SQLITE
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService


class Databases(Protocol):
    """One engine's databases: seeded, with so many users, with or without their profiles."""

    name: str

    def prepare(self, users: int, *, profiles: bool) -> str:
        """Make such a database once, and return its URL."""

    def copied(self, users: int) -> AbstractContextManager[str]:
        """Copy the one without profiles, for one sample."""

    def empty(self) -> AbstractContextManager[str]:
        """Make one without a table."""


# Telegram's ids do not come in order of registration: multiplying modulo a prime scatters them.
USERS = """
INSERT INTO users (user_id, first_name, created_at)
SELECT n * 48271 % 2147483647, 'Ana', CURRENT_TIMESTAMP FROM ({numbers}) AS numbers
"""
_NUMBERS = """
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {users})
SELECT n FROM counter
"""


def bootstrap(url: str) -> None:
    """Start on the database once, as the bot does."""
    asyncio.run(_bootstrap(url))


async def _bootstrap(url: str) -> None:
    engine = create_engine(parse_database_url(url))
    try:
        await BootstrapService(engine, load_manifest()).run()
    finally:
        await engine.dispose()


class SqliteDatabases:
    """SQLite files in a folder of their own, prepared once and copied for every sample."""

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

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Name a file that does not exist yet, and give its URL."""
        file = self._folder / f"empty-{next(self._copies)}.db"
        yield f"{SQLITE}{file}"
        file.unlink()
