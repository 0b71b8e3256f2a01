"""Copy of the rows of tables to another database, slice by slice, for a move."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final

import asyncpg
from sqlalchemy import ColumnElement, Table, Text, cast, func, insert, select, text, true, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.errors import DatabaseError, is_unavailable, reason
from bot.database.portable import is_json
from bot.seeding.errors import sqlstate
from bot.seeding.hooks import Progress

#: Rows that are read and written at once: memory stays flat.
SLICE: Final = 20_000
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
Row = Sequence[Any]
#: What writes rows of a table.
Write = Callable[[AsyncConnection, Table, Sequence[Row]], Awaitable[None]]


async def copy_all(
    reading: AsyncConnection,
    writing: AsyncConnection,
    tables: Sequence[Table],
    total: int,
    progress: Progress,
) -> None:
    """Write every row of some tables, `total` in all, and let ids go on where the source would.

    Raises `DatabaseError` that names the row which cannot be moved.
    """
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
                    raise refused(table.name, error, _key(table, rows[first])) from error
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
            raise refused(table.name, error) from error  # which answers nothing more after that
        try:
            keys = await read(SLICE, key)
        except _REFUSALS:  # the key itself cannot be read
            raise refused(table.name, error) from error
        row = keys[await _first_refused(len(keys), read)]
        names = [column.name for column in key]
        raise refused(table.name, error, dict(zip(names, row, strict=True))) from error


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


def refused(table: str, error: Exception, key: Mapping[str, Any] | None = None) -> DatabaseError:
    """Return the error for a row that cannot be moved, named by its `key` if that is known."""
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
