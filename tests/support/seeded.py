"""Bootstrapped databases at the price of a copy: the bootstrap itself runs once per engine."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.base import Base
from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.databases import create


class SeededDatabases(Protocol):
    """Gives databases that the shipped manifest has just seeded, one at a time."""

    def fresh(self) -> Any:
        """Open one, and close it at the end of the `async with`."""


class _Used:
    """An engine that test after test uses: statements that one has compiled, the next need not."""

    def __init__(self, url: str) -> None:
        """Open nothing yet."""
        self._engine = create_engine(parse_database_url(url))

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[AsyncEngine]:
        """Give it with listeners of its own, and close its connections in the end."""
        try:
            yield self._engine.execution_options()
        finally:
            await self._engine.dispose()


class SeededSqlite:
    """Copies of one file."""

    def __init__(self, folder: Path) -> None:
        """Seed it in `folder`, where every copy goes, too."""
        self._folder = folder
        self._template = folder / "template.db"
        self._idle: list[tuple[Path, _Used]] = []
        self._numbers = count(1)
        asyncio.run(seed(f"sqlite+aiosqlite:///{self._template}"))

    def copy_to(self, file: Path) -> None:
        """Make a copy."""
        shutil.copy(self._template, file)

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[AsyncEngine]:
        """Open a copy."""
        file, engine = self._idle.pop() if self._idle else self._another()
        for left in self._folder.glob(f"{file.name}*"):
            left.unlink()
        self.copy_to(file)
        async with engine.lent() as used:
            yield used
        self._idle.append((file, engine))

    def _another(self) -> tuple[Path, _Used]:
        file = self._folder / f"{next(self._numbers)}.db"
        return file, _Used(f"sqlite+aiosqlite:///{file}")


class SeededPostgresql:
    """One database, set back each time: making one costs a quarter of a second."""

    def __init__(self, server: Any, template: str) -> None:
        """Make the database on `server` like the seeded `template`."""
        name = asyncio.run(create(server, template))
        self._url = server.get_uri(database=name)
        self._engine = _Used(self._url)
        self._is_kept = False

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[AsyncEngine]:
        """Open the database as it was after the bootstrap."""
        if not self._is_kept:
            await self._execute("CREATE SCHEMA seed", *_each("CREATE TABLE seed.{0} AS TABLE {0}"))
            self._is_kept = True
        else:
            emptied = reversed(_each("DELETE FROM {0}"))
            await self._execute(*emptied, *_each("INSERT INTO {0} TABLE seed.{0}"))
        async with self._engine.lent() as engine:
            yield engine

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(";".join(statements))
        finally:
            await connection.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """Open a database, and close it in the end."""
    engine = create_engine(parse_database_url(url))
    try:
        yield engine
    finally:
        await engine.dispose()


async def seed(url: str) -> None:
    """Bootstrap the database at `url`."""
    async with opened(url) as engine:
        await BootstrapService(engine, load_manifest(), lock_timeout=30).run()


def _each(statement: str) -> list[str]:
    return [statement.format(table.name) for table in Base.metadata.sorted_tables]
