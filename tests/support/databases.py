"""Any number of throw-away databases on one engine, made empty or as a copy."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import asyncpg

#: Copies the template's files, which costs a third of logging each page of them.
CREATE = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
_numbers = count(1)


class Databases(Protocol):
    """Makes databases of one kind."""

    def fresh(self, *, copy_of: str | None = None) -> Any:
        """Give the URL of a new database, and drop it at the end of the `async with`."""


class SqliteDatabases:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        """Put every file into `folder`."""
        self._folder = folder
        self._numbers = count(1)

    @asynccontextmanager
    async def fresh(self, *, copy_of: str | None = None) -> AsyncIterator[str]:
        """Copy the file of a database that nobody has open."""
        file = self._folder / f"throw_away_{next(self._numbers)}.db"
        original = Path(copy_of.partition("///")[2]) if copy_of else None
        if original and original.exists():  # else it is empty, and so is the copy
            shutil.copy(original, file)
        yield f"sqlite+aiosqlite:///{file}"


class PostgresqlDatabases:
    """Databases of one server."""

    def __init__(self, server: Any) -> None:
        """Make them on `server`."""
        self._server = server

    @asynccontextmanager
    async def fresh(self, *, copy_of: str | None = None) -> AsyncIterator[str]:
        """Copy a database that nobody is connected to."""
        template = copy_of.partition("?")[0].rpartition("/")[2] if copy_of else "template1"
        name = await create(self._server, template)
        try:
            yield self._server.get_uri(database=name)
        finally:
            await drop(self._server, name)


@contextmanager
def throw_away(server: Any, template: str = "template1") -> Iterator[str]:
    """Give the URL of a new database, and drop it in the end."""
    # A thread has no event loop yet; the fixture of a module may be made while a test's runs.
    with ThreadPoolExecutor(1) as thread:
        name = thread.submit(asyncio.run, create(server, template)).result()
        yield server.get_uri(database=name)
        thread.submit(asyncio.run, drop(server, name)).result()


async def create(server: Any, template: str = "template1") -> str:
    """Make a database like another one, and return its name."""
    name = f"besitos_{next(_numbers)}"
    await _run(server, CREATE.format(name, template))
    return name


async def drop(server: Any, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    await _run(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _run(server: Any, sql: str) -> None:
    # The server's own psql is a process, and takes three times as long.
    connection = await asyncpg.connect(server.get_uri())
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
