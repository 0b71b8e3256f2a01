"""Schema revision of a database, and Alembic's upgrade inside the caller's transaction."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import catalogue, repairs
from bot.database.base import Base
from bot.database.errors import SchemaError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[1] / "migrations"
VERSION_TABLE = "alembic_version"
_HAS_VERSION_TABLE = {
    "sqlite": text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"),
    # Not to_regclass(): it remembers what this session did not find before it waited for the
    # lock, and so would not see the table that another start has made meanwhile.
    "postgresql": text(
        "SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE relname = 'alembic_version' AND nspname = ANY (current_schemas(false))"
    ),
}
_REVISION = text("SELECT version_num FROM alembic_version")


@cache
def revisions() -> list[str]:
    """Return every revision this release knows, oldest first.

    A migration's file name starts with its revision (`0002_gamification_seed.py`), so a start
    that has nothing to upgrade need not import Alembic to find that out.
    """
    names = (file.name for file in (MIGRATIONS / "versions").iterdir())
    return sorted(
        name.partition("_")[0] for name in names if name[0].isdigit() and name.endswith(".py")
    )


def head() -> str:
    """Return the revision that this release works with."""
    return revisions()[-1]


async def current_revision(connection: AsyncConnection) -> str | None:
    """Return the database's revision; None when no migration has run yet."""
    if await connection.scalar(_HAS_VERSION_TABLE[connection.dialect.name]) is None:
        return None
    revision: str | None = await connection.scalar(_REVISION)
    return revision


def refuse_unknown(revision: str | None) -> None:
    """Raise `SchemaError` for a revision that a newer release must have left."""
    if revision is not None and revision not in revisions():
        raise SchemaError(
            f"The database has schema revision {revision}, which this release does not know "
            f"(it knows up to {head()}); start the release that upgraded it, or a newer one."
        )


async def upgrade(connection: AsyncConnection, revision: str | None) -> None:
    """Bring the schema from `revision` to `head()` inside the caller's transaction.

    On SQLite the caller must have switched foreign keys off (see `exclusive_transaction`).

    Raises `SchemaError` when the tables do not fit the revision, or would break foreign keys.
    """
    refuse_unknown(revision)
    if revision == head():
        return
    async with _alone_with_alembic():
        await connection.run_sync(_upgrade, revision)


class AlembicSchema:
    """The schema that our migrations make, for the seeder that upgrades and repairs it."""

    revision = "SELECT version_num FROM alembic_version"

    def glance(self, dialect: str) -> str:
        """Return a scalar SELECT of what `gaps` can tell a whole schema by."""
        return catalogue.glance(dialect)

    @property
    def head(self) -> str:
        """The revision that this release works with."""
        return head()

    async def current(self, connection: AsyncConnection) -> str | None:
        """Return the revision. Raises `SchemaError` for one that a newer release has left."""
        revision = await current_revision(connection)
        refuse_unknown(revision)
        return revision

    async def upgrade(self, connection: AsyncConnection, revision: str | None) -> None:
        """Bring the schema to head."""
        await upgrade(connection, revision)

    async def gaps(self, connection: AsyncConnection, glanced: str | None = None) -> list[str]:
        """Return in words what `repair` makes again. Raises `SchemaError` for what it cannot."""
        return [one.words for one in await _needed(connection, glanced)]

    async def repair(self, connection: AsyncConnection) -> list[str]:
        """Make again what is gone, and return that in words. Raises `SchemaError` as `gaps`."""
        glanced = await connection.scalar(text(catalogue.glance(connection.dialect.name)))
        needed = await _needed(connection, glanced)
        for one in needed:
            await connection.run_sync(one.work)
        return [one.words for one in needed]


async def _needed(connection: AsyncConnection, glanced: str | None) -> list[repairs.Repair]:
    dialect = connection.dialect.name
    if catalogue.digest(glanced) == catalogue.FRESH[dialect]:
        return []
    found = await connection.scalar(text(catalogue.full(dialect)))
    return await connection.run_sync(repairs.needed, catalogue.read(str(found)))


def alembic_config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration, optionally bound to a connection that is already open."""
    # Alembic and Mako are only worth their import time when there is something to upgrade.
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


# Alembic keeps what `op` and `context` stand for in the module: one upgrade per process at a time,
# or two of them, on databases of their own, would change each other's. Not an asyncio.Lock, for
# event loops in other threads have to wait as well.
_alembic = Lock()


@asynccontextmanager
async def _alone_with_alembic() -> AsyncIterator[None]:
    while not _alembic.acquire(blocking=False):  # noqa: ASYNC110 - an Event has one loop
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        _alembic.release()


def _upgrade(connection: Connection, revision: str | None) -> None:
    from alembic import command  # noqa: PLC0415

    config = alembic_config(connection)
    if revision is None and _has_all_tables(connection):
        command.stamp(config, "head")
        return
    command.upgrade(config, "head")


@contextmanager
def foreign_keys_kept(connection: Connection) -> Iterator[None]:
    """Check afterwards what SQLite does not check while its foreign keys are off.

    Raises `SchemaError` when the block broke a reference that was whole before.
    """
    broken_before = _broken_foreign_keys(connection)
    yield
    if _broken_foreign_keys(connection) - broken_before:
        raise SchemaError(
            "The schema change would leave rows without the row they refer to; nothing has been "
            "changed. Please report this with the schema revision you come from."
        )


def _has_all_tables(connection: Connection) -> bool:
    """Whether a database without a revision holds our tables: somebody emptied every table.

    Raises `SchemaError` when it holds just some of them, which no release ever wrote.
    """
    inspector = inspect(connection)
    found = set(inspector.get_table_names())
    expected = Base.metadata.tables
    missing = {
        f"{name}.{column.name}" if name in found else name
        for name, table in expected.items()
        for column in table.columns
        if name not in found
        or column.name not in {known["name"] for known in inspector.get_columns(name)}
    }
    if missing and found & set(expected):
        raise SchemaError(
            f"The database has tables of the bot but no schema revision, and lacks "
            f"{', '.join(sorted(missing))}; restore {VERSION_TABLE} from a backup, or empty the "
            "database entirely and start again."
        )
    return not missing


def _broken_foreign_keys(connection: Connection) -> set[tuple[object, ...]]:
    if connection.dialect.name != "sqlite":
        return set()  # PostgreSQL never lets them break
    found = connection.exec_driver_sql("PRAGMA foreign_key_check")
    # Not by the number of the foreign key, which a table that is made anew may give otherwise.
    return {(table, rowid, parent) for table, rowid, parent, _ in found}
