"""Any number of throw-away databases on one engine, made empty or as a copy."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import asyncpg

#: Copies the template's files, which costs a third of logging each page of them.
CREATE = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"


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

    _numbers = count(1)

    def __init__(self, server: Any) -> None:
        """Make them on `server`."""
        self._server = server

    @asynccontextmanager
    async def fresh(self, *, copy_of: str | None = None) -> AsyncIterator[str]:
        """Copy a database that nobody is connected to."""
        name = f"throw_away_{next(self._numbers)}"
        template = copy_of.partition("?")[0].rpartition("/")[2] if copy_of else "template1"
        await self._run(CREATE.format(name, template))
        try:
            yield self._server.get_uri(database=name)
        finally:
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
