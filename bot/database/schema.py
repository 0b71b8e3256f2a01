"""Schema revision of a database, and Alembic's upgrade inside the caller's transaction."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import catalogue, repairs
from bot.database.base import Base
from bot.database.errors import SchemaError, is_schema_conflict, reason
from bot.database.revision import (
    APART,
    MIGRATIONS,
    OLDEST_TABLES,
    REVISION,
    VERSION_TABLE,
    current_revision,
    head,
    put,
    refuse_unknown,
)

if TYPE_CHECKING:
    from alembic.config import Config


#: Missing things that a sentence names.
_FEW = 5


async def upgrade(connection: AsyncConnection, revision: str | None) -> None:
    """Bring the schema from `revision` to `head()` inside the caller's transaction.

    On SQLite the caller must have switched foreign keys off (see `exclusive_transaction`).

    Raises `SchemaError` when the tables do not fit the revision, or would break foreign keys.
    """
    refuse_unknown(revision)
    if revision == head():
        return
    async with _alone_with_alembic():
        try:
            await connection.run_sync(_upgrade, revision)
        except DBAPIError as error:
            if revision is None or not is_schema_conflict(error):
                raise
            raise SchemaError(
                f"The tables are not those of revision {revision}, which {VERSION_TABLE} has, and "
                f"nothing has been changed (the database says: {reason(error)}). If somebody has "
                f"set it by hand, {put('NNNN')} with the revision before; else restore a backup."
            ) from error


class AlembicSchema:
    """The schema that our migrations make, for the seeder that upgrades and repairs it."""

    def __init__(self, dialect: str) -> None:
        """Speak the words of one dialect."""
        self.revision = REVISION[dialect]

    def glance(self, dialect: str) -> str:
        """Return a scalar SELECT of what `gaps` can tell a whole schema by."""
        return catalogue.glance(dialect)

    @property
    def head(self) -> str:
        """The revision that this release works with."""
        return head()

    async def current(self, connection: AsyncConnection) -> str | None:
        """Return the revision. Raises `SchemaError` for one that is not that of the tables."""
        revision = await current_revision(connection)
        if revision is None:
            await connection.run_sync(_has_all_tables)
            return None
        if revision != head():
            await connection.run_sync(_refuse_foreign, revision)
        dialect = connection.dialect.name
        since = catalogue.FRESH_SINCE[dialect]
        if revision < since and _is_fresh(dialect, await _glanced(connection)):
            raise SchemaError(
                f"The table {VERSION_TABLE} has revision {revision}, and the tables are those of "
                f"{since}; {put(since)} says so, and nothing has been changed."
            )
        return revision

    async def upgrade(self, connection: AsyncConnection, revision: str | None) -> None:
        """Bring the schema to head."""
        await upgrade(connection, revision)

    async def gaps(self, connection: AsyncConnection, glanced: str | None = None) -> list[str]:
        """Return in words what `repair` makes again. Raises `SchemaError` for what it cannot."""
        return [one.words for one in await _needed(connection, glanced)]

    async def repair(self, connection: AsyncConnection) -> list[str]:
        """Make again what is gone, and return that in words. Raises `SchemaError` as `gaps`."""
        needed = await _needed(connection, await _glanced(connection))
        for one in needed:
            await connection.run_sync(one.work)
        return [one.words for one in needed]


async def _glanced(connection: AsyncConnection) -> str | None:
    glanced: str | None = await connection.scalar(text(catalogue.glance(connection.dialect.name)))
    return glanced


def _is_fresh(dialect: str, glanced: str | None) -> bool:
    return catalogue.digest(glanced) == catalogue.FRESH[dialect]


async def _needed(connection: AsyncConnection, glanced: str | None) -> list[repairs.Repair]:
    if _is_fresh(connection.dialect.name, glanced):
        return []
    return await connection.run_sync(repairs.needed)


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
    found = catalogue.read(connection)
    expected = Base.metadata.tables
    missing = list(
        dict.fromkeys(
            f"{name}.{column.name}" if name in found else name
            for name, table in expected.items()
            for column in table.columns
            if name not in found or column.name not in found[name].columns
        )
    )
    if missing and found:
        raise SchemaError(
            f"The database has tables with names of the bot's "
            f"({', '.join(sorted(found))}) but no schema revision, and lacks "
            f"{_few(missing)}; if they are another program's, {APART}; if they are "
            f"the bot's, restore {VERSION_TABLE} from a backup."
        )
    return not missing


def _refuse_foreign(connection: Connection, revision: str) -> None:
    """Raise `SchemaError` for a revision beside which there are no tables of ours."""
    missing = sorted(OLDEST_TABLES - catalogue.read(connection).keys())
    if missing:
        raise SchemaError(
            f"The table {VERSION_TABLE} has revision {revision}, and the bot's tables are not "
            f"there with it (it lacks {_few(missing)}), so nothing has been changed; if that "
            f"revision is another program's, {APART}; if it is the bot's, restore a backup."
        )


def _few(names: Sequence[str]) -> str:
    more = f", and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _broken_foreign_keys(connection: Connection) -> set[tuple[object, ...]]:
    if connection.dialect.name != "sqlite":
        return set()  # PostgreSQL never lets them break
    found = connection.exec_driver_sql("PRAGMA foreign_key_check")
    # Not by the number of the foreign key, which a table that is made anew may give otherwise.
    return {(table, rowid, parent) for table, rowid, parent, _ in found}
