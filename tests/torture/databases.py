"""Databases that can be tortured: a SQLite file, a database of PostgreSQL behind a proxy."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from tests.support.pgbouncer import PGBOUNCER, Pooler, pooler
from tests.support.proxy import Proxy


class Database(Protocol):
    """What actors, disasters and the model need of a database."""

    @property
    def urls(self) -> list[str]:
        """The addresses that lead to it."""

    async def execute(self, sql: str) -> None:
        """Run a statement of somebody else's, and commit."""

    async def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows."""

    async def lock(self, seconds: float) -> None:
        """Keep everybody from paying for so long."""


class SqliteDatabase:
    """A file."""

    def __init__(self, file: Path) -> None:
        """Take a file, which may be there or not."""
        self._file = file
        self.urls = [f"sqlite+aiosqlite:///{file}"]

    async def execute(self, sql: str) -> None:
        """Run a statement and commit."""
        await asyncio.to_thread(self._run, sql)

    async def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return await asyncio.to_thread(self._run, sql)

    async def lock(self, seconds: float) -> None:
        """Write for so long."""
        connection = sqlite3.connect(self._file, timeout=60, check_same_thread=False)
        with closing(connection):
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            connection.rollback()

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._file, timeout=60)) as connection, connection:
            return connection.execute(sql).fetchall()


class PostgresqlDatabase:
    """A database, which the bot reaches through a proxy, perhaps by a pooler, and we do not."""

    def __init__(self, direct: str, proxy: Proxy, pooler: Pooler | None, name: str) -> None:
        """`direct` is our own address."""
        self._direct = direct
        self.proxy = proxy
        self.pooler = pooler
        self.name = name

    @property
    def urls(self) -> list[str]:
        """All ways to it."""
        ports = [self.proxy.port, *([self.pooler.port] if self.pooler else [])]
        return [f"postgresql://postgres@127.0.0.1:{port}/{self.name}" for port in ports]

    async def execute(self, sql: str) -> None:
        """Run a statement."""
        await self.query(sql)

    async def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows."""
        connection = await asyncpg.connect(self._direct)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    async def read_only(self, *, on: bool) -> None:
        """Let the whole server take no writes, or take them again; open sessions hear of it."""
        await self.execute(f"ALTER SYSTEM SET default_transaction_read_only = {on}")
        await self.execute("SELECT pg_reload_conf()")

    async def lock(self, seconds: float) -> None:
        """Hold every account's row."""
        connection = await asyncpg.connect(self._direct)
        try:
            async with connection.transaction():
                await connection.execute("SELECT 1 FROM user_gamification_profiles FOR UPDATE")
                await asyncio.sleep(seconds)
        finally:
            await connection.close()


@asynccontextmanager
async def postgresql_database(server: Any, name: str) -> AsyncIterator[PostgresqlDatabase]:
    """Make a database of a server, and drop it."""
    admin = server.get_uri()
    folder = admin.partition("host=")[2]
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy(f"{folder}/.s.PGSQL.5432"))
        between = None
        if PGBOUNCER is not None:
            pooled = pooler(folder, proxy_port=proxy.port)
            between = await stack.enter_async_context(pooled)
        root = PostgresqlDatabase(admin, proxy, between, "postgres")
        await root.execute(f'CREATE DATABASE "{name}"')
        stack.push_async_callback(root.execute, f'DROP DATABASE "{name}" WITH (FORCE)')
        yield PostgresqlDatabase(server.get_uri(database=name), proxy, between, name)
