"""Move of everything to another database, of either engine, in one transaction there."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import asyncpg
from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.base import Base
from bot.database.errors import (
    DatabaseError,
    SchemaError,
    is_unavailable,
    reason,
    translate_errors,
)
from bot.database.portable import as_written, is_json, sums_of
from bot.database.revision import OUR_SCHEMA, current_revision, head
from bot.database.schema import AlembicSchema, upgrade
from bot.database.transaction import exclusive_transaction
from bot.seeding.errors import counted, sqlstate
from bot.seeding.hooks import Progress, silent

#: Rows that are read and written at once: memory stays flat.
SLICE: Final = 20_000
#: What a start without members leaves, and a move into it replaces.
_SEEDS: Final = {"bot_config", "rewards", "reward_conditions", "seed_marker", "seed_runs"}

#: What a value raises that one side or the other cannot hold.
_REFUSALS: Final = (
    ValueError,
    TypeError,
    ArithmeticError,
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)

#: A value that is lacking, whose column may be another program's.
_NOT_NULL: Final = "23502"
#: What is compared on both sides beside rows and sums, such as the books.
Check = Callable[[AsyncConnection], Awaitable[object]]
Row = Sequence[Any]
#: What writes rows of a table.
Write = Callable[[AsyncConnection, Table, Sequence[Row]], Awaitable[None]]


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
                async with _checked_at_once(writing):
                    await _copy_all(reading, writing, tables, expected, progress)
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
            raise _refused(table, error) from error
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


async def _copy_all(
    reading: AsyncConnection,
    writing: AsyncConnection,
    tables: Sequence[Table],
    expected: dict[str, tuple[int, ...]],
    progress: Progress,
) -> None:
    total = sum(sums[0] for sums in expected.values())
    done = 0
    for table in tables:
        write: Write = _copy if writing.dialect.name == "postgresql" else _insert
        async with aclosing(_slices(reading, table)) as slices:
            async for rows in slices:
                try:
                    async with writing.begin_nested():
                        await write(writing, table, rows)
                except _REFUSALS as error:
                    if not _is_a_rows(error):
                        raise _failed(table.name, error) from error
                    first = await _first_refused(
                        len(rows), partial(_try, write, writing, table, rows)
                    )
                    raise _refused(table.name, error, _key(table, rows[first])) from error
                done += len(rows)
                progress(done, total)
        await _go_on_counting(reading, writing, table)


async def _slices(reading: AsyncConnection, table: Table) -> AsyncGenerator[Sequence[Row], None]:
    """Give the rows by their key; the next slice is read while one is written."""
    reader = asyncio.create_task(_read(reading, table, None))
    try:
        while rows := await reader:
            reader = asyncio.create_task(_read(reading, table, rows[-1]))
            yield rows
    finally:
        reader.cancel()
        await asyncio.wait([reader])


async def _read(reading: AsyncConnection, table: Table, last: Row | None) -> Sequence[Row]:
    key = list(table.primary_key.columns)
    columns = [cast(column, Text) if is_json(column, table) else column for column in table.columns]
    is_next = true() if last is None else tuple_(*key) > tuple_(*_key(table, last).values())

    async def read(number: int, wanted: Sequence[ColumnElement[Any]] = columns) -> Sequence[Row]:
        rows = select(*wanted).where(is_next).order_by(*key).limit(number)
        return (await reading.execute(rows)).all()

    try:
        return await read(SLICE)
    except _REFUSALS as error:
        if isinstance(error, DBAPIError) and reading.dialect.name == "postgresql":
            raise _refused(table.name, error) from error  # which answers nothing more after that
        try:
            keys = await read(SLICE, key)
        except _REFUSALS:  # the key itself cannot be read
            raise _refused(table.name, error) from error
        row = keys[await _first_refused(len(keys), read)]
        names = [column.name for column in key]
        raise _refused(table.name, error, dict(zip(names, row, strict=True))) from error


async def _first_refused(count: int, attempt: Callable[[int], Awaitable[object]]) -> int:
    """Return the place of the first row that `attempt` refuses, which takes the first so many."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        try:
            await attempt(middle + 1)
        except _REFUSALS:
            high = middle
        else:
            low = middle + 1
    return low


async def _try(
    write: Write, writing: AsyncConnection, table: Table, rows: Sequence[Row], number: int
) -> None:
    """Write the first rows of some, and take them back."""
    async with writing.begin_nested() as nested:
        await write(writing, table, rows[:number])
        await nested.rollback()


def _is_a_rows(error: Exception) -> bool:
    """Whether a value is to blame, and not the database or the way to it."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return False
    return not is_unavailable(error) or sqlstate(error) == _NOT_NULL


def _failed(table: str, error: Exception) -> DatabaseError:
    return DatabaseError(
        f"The table {table} could not be moved ({reason(error)}), so nothing has been; see to it "
        "that both databases answer, and start again."
    )


def _key(table: Table, row: Row) -> dict[str, Any]:
    values = zip(table.columns, row, strict=True)
    return {column.name: value for column, value in values if column.primary_key}


async def _copy(writing: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    driver: Any = (await writing.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(
        table.name, records=rows, columns=[column.name for column in table.columns]
    )


async def _insert(writing: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    names = [column.name for column in table.columns]
    values = [dict(zip(names, row, strict=True)) for row in rows]
    await writing.execute(insert(table), values)


def _refused(table: str, error: Exception, key: Mapping[str, Any] | None = None) -> DatabaseError:
    words = reason(error) if isinstance(error, DBAPIError) else str(error).splitlines()[0]
    which = " and ".join(f"{name} {value!r}" for name, value in (key or {}).items())
    row = f"The row of {table} with {which}" if which else f"A row of {table}"
    return DatabaseError(
        f"{row} cannot be moved ({words}), so nothing has been; correct it in the source by SQL."
    )


async def _go_on_counting(reading: AsyncConnection, writing: AsyncConnection, table: Table) -> None:
    """Let ids go on where the source would; what it gave to a row that is gone stays given."""
    column = table.info["original"].autoincrement_column
    if column is None or column.foreign_keys:
        return
    last = max(
        await _counted(reading, table.name, column.name),
        await reading.scalar(select(func.max(column))) or 0,
    )
    if last == 0:
        return
    if writing.dialect.name == "postgresql":
        sequence = await writing.scalar(_SEQUENCE, {"table": table.name, "column": column.name})
        # Unlike setval, it is undone by a rollback.
        await writing.exec_driver_sql(f"ALTER SEQUENCE {sequence} RESTART WITH {int(last) + 1}")
        return
    name = {"name": table.name}
    await writing.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), name)
    await writing.execute(
        text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), name | {"last": last}
    )


_SEQUENCE: Final = text("SELECT pg_get_serial_sequence(:table, :column)")


async def _counted(reading: AsyncConnection, table: str, column: str) -> int:
    """Return the last id that the source has given."""
    if reading.dialect.name == "sqlite":
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
        return int(await reading.scalar(query, {"table": table}) or 0)
    sequence = await reading.scalar(_SEQUENCE, {"table": table, "column": column})
    if sequence is None:
        return 0
    query = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
    return int(await reading.scalar(query) or 0)
