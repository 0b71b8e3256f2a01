"""Move of everything to another database, of either engine, in one transaction there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.base import Base
from bot.database.copying import copy_all, refused
from bot.database.errors import DatabaseError, SchemaError, translate_errors
from bot.database.portable import as_written, sums_of
from bot.database.revision import OUR_SCHEMA, current_revision, head
from bot.database.schema import AlembicSchema, upgrade
from bot.database.transaction import exclusive_transaction
from bot.seeding.errors import counted
from bot.seeding.hooks import Progress, silent

#: What a start without members leaves, and a move into it replaces.
_SEEDS: Final = {"bot_config", "rewards", "reward_conditions", "seed_marker", "seed_runs"}

#: What is compared on both sides beside rows and sums, such as the books.
Check = Callable[[AsyncConnection], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table, and the schema revision on both sides."""

    revision: str
    rows: dict[str, int]


async def move(
    source: AsyncEngine,
    target: AsyncEngine,
    *,
    lock_timeout: float = 60,
    check: Check | None = None,
    progress: Progress = silent,
) -> Moved:
    """Copy every row of every table of ours, as of one moment, and compare both sides.

    The target gets our schema in the same transaction; a start may have seeded it already.

    Raises `DatabaseError` when the source is not at this release's revision, when the target has
    more than a fresh start leaves, is the source, or does not hold what it was given afterwards.
    The target is as it was then.
    """
    # What is wrong with the source is for a person to read, too.
    with translate_errors("The move"):
        async with _snapshot(source) as reading:
            revision = await _revision_of_the_source(reading)
            await _refuse_the_same(reading, target)
            tables = [as_written(table) for table in Base.metadata.sorted_tables]
            expected = await sums_of(reading, tables)
            checked = await check(reading) if check else None
            async with exclusive_transaction(target, lock_timeout) as writing:
                await _make_room(writing)
                total = sum(sums[0] for sums in expected.values())
                async with _checked_at_once(writing):
                    await copy_all(reading, writing, tables, total, progress)
                is_whole = await sums_of(writing, tables) == expected
                if not is_whole or (check and await check(writing) != checked):
                    raise DatabaseError(
                        "The target does not hold what the source does, so nothing has been moved; "
                        "`seed status` on the source may name a value that cannot be."
                    )
                await writing.commit()
    return Moved(revision, {name: int(sums[0]) for name, sums in expected.items()})


@asynccontextmanager
async def _snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            await connection.execution_options(**options)
            # A policy would hide rows from the sums as well: the server shall refuse instead.
            await connection.execute(text("SET LOCAL row_security = off"))
        yield connection


async def _revision_of_the_source(reading: AsyncConnection) -> str:
    with translate_errors("The look at the source"):
        revision = await AlembicSchema(reading.dialect.name).current(reading)
    if revision != head():
        raise SchemaError(
            f"The source has schema revision {revision or 'none'} and not {head()}; run "
            "`seed apply` on it, and move then."
        )
    return head()


async def _refuse_the_same(reading: AsyncConnection, target: AsyncEngine) -> None:
    if reading.dialect.name != target.dialect.name:
        return
    async with target.connect() as connection:
        query = text(_WHO[target.dialect.name])
        if (await reading.execute(query)).all() == (await connection.execute(query)).all():
            raise DatabaseError("Source and target are the same database; name another with --to.")


_WHO: Final = {
    "sqlite": "SELECT file FROM pragma_database_list WHERE name = 'main'",
    "postgresql": (
        "SELECT current_database(), current_schema(), pg_postmaster_start_time(),"
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
    ),
}


async def _make_room(writing: AsyncConnection) -> None:
    revision = await current_revision(writing)
    if revision not in {None, head()}:
        raise SchemaError(
            f"The target has schema revision {revision} and not {head()}; move into an "
            "empty database."
        )
    await upgrade(writing, revision)
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in _SEEDS:
            found = await writing.scalar(select(func.count()).select_from(table))
            if found and table.name != "bot_heartbeat":
                raise DatabaseError(
                    f"The target is in use: {counted(found, 'rows')} in {table.name}; move into an "
                    "empty database."
                )
        await writing.execute(delete(table))


@asynccontextmanager
async def _checked_at_once(writing: AsyncConnection) -> AsyncIterator[None]:
    """Let PostgreSQL check references after the block, by one join instead of row by row."""
    if writing.dialect.name != "postgresql":
        yield  # which has them off here, and keeps rows without a parent as they are
        return
    names = ", ".join(f"'{table.name}'" for table in Base.metadata.sorted_tables)
    found = _REFERENCES.format(schema=OUR_SCHEMA, names=names)
    references = (await writing.execute(text(found))).all()
    for table, name, _ in references:
        await writing.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in references:
        try:
            await writing.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        except DBAPIError as error:
            raise refused(table, error) from error
    # What is compared next is whole tables, whose sizes nobody has told the planner.
    for table in Base.metadata.sorted_tables:
        await writing.exec_driver_sql(f"ANALYZE {table.name}")


_REFERENCES: Final = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype = 'f' AND connamespace = {schema}
    AND conrelid IN (SELECT oid FROM pg_class WHERE relname IN ({names}))
ORDER BY conname
"""
