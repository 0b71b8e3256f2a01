"""Statements that run for every update, compiled once.

For each execution SQLAlchemy looks the compiled form up and builds a context and a result, which
costs several times what a small statement takes in the database (`python -m bench reactions`).
Here all that stays the same is kept: the text, and what converts parameters and columns. The
statement goes to the driver on the same connection, inside the same transaction, and what fails
raises what SQLAlchemy raises. While somebody listens to the engine's statements or logs them, such
as Sentry or OpenTelemetry, it goes through `exec_driver_sql`, with every event that this has.
"""

import logging
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, ColumnElement, Connection, Dialect, Select, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

from bot.database.engine import drop_outdated
from bot.database.errors import is_outdated
from bot.database.fast_aiosqlite import FastConnection
from bot.database.postgresql import BoundedConnection, as_raised_by

Statement = Select[Any] | UpdateBase
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class StatementResult:
    """The rows that a statement returned, by position and by name, and how many it wrote."""

    rows: Sequence[Any]
    rowcount: int


class CompiledStatement:
    """A statement whose parameters, all of them `bindparam`, are given by name each time."""

    def __init__(self, build: Callable[[str], Statement]) -> None:
        """`build` returns the statement for a dialect's name."""
        self._build = build
        self._texts: WeakKeyDictionary[Dialect, _Text] = WeakKeyDictionary()

    async def execute(
        self, connection: AsyncConnection, parameters: Mapping[str, Any]
    ) -> StatementResult:
        """Execute in the connection's transaction, which begins with the first statement.

        Raises `DBAPIError`, as `AsyncConnection.execute` does.
        """
        sync = connection.sync_connection
        dialect = (sync or connection).dialect
        text = self._texts.get(dialect)
        if text is None:
            text = self._texts[dialect] = _Text(self._build(dialect.name), dialect)
        arguments = text.arguments(parameters)
        if sync is None or not _may_hurry(sync):
            return await connection.run_sync(text.execute, arguments)
        if not sync.in_transaction():
            sync.begin()
        driver: Any = sync.connection.driver_connection
        try:
            if isinstance(driver, FastConnection):
                fetched = await driver.fetch_small(text.sql, arguments)
                return text.result(fetched.rows, fetched.rowcount)
            # asyncpg has made isinstance() always true.
            if issubclass(type(driver), BoundedConnection) and driver.takes_small:
                return text.result(*await driver.fetch_small(text.sql, arguments))
            return await connection.run_sync(text.hurry, arguments)
        except BaseException as error:  # noqa: BLE001 - it is raised again
            await _raise(connection, sync, error, text.sql)


def numbered(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the parameters of several rows, which `numbered_rows` has in a statement."""
    return {f"row{n}_{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def numbered_rows(
    columns: Iterable[ColumnElement[Any]], count: int
) -> list[dict[str, BindParameter[Any]]]:
    """Return so many rows of parameters, for the `values()` of an INSERT into `columns`."""
    types = {str(column.key): column.type for column in columns}
    return [
        {name: bindparam(f"row{n}_{name}", type_=kind) for name, kind in types.items()}
        for n in range(count)
    ]


class _Text:
    """A statement in the words of one dialect."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - that is what statements compile to
        self.sql = str(compiled)
        self._parameters = [
            (bind.key, bind.value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for bind in map(compiled.binds.__getitem__, compiled.positiontup or ())
        ]
        columns = list(statement.exported_columns)
        row: Any = namedtuple("Row", [str(column.key) for column in columns])  # type: ignore[misc]  # noqa: PYI024
        self._make_row: Convert = row._make
        processors = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        ]
        self._converted = [(at, convert) for at, convert in enumerate(processors) if convert]

    def execute(self, connection: Connection, arguments: tuple[Any, ...]) -> StatementResult:
        """Execute as SQLAlchemy does, so that all who listen hear of it."""
        with connection.exec_driver_sql(self.sql, arguments) as result:
            rows = result.all() if result.returns_rows else ()
            return self.result(rows, result.rowcount)

    def hurry(self, connection: Connection, arguments: tuple[Any, ...]) -> StatementResult:
        """Execute on the driver's cursor."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.sql, arguments)
            return self.result(cursor.fetchall() if cursor.description else (), cursor.rowcount)
        finally:
            cursor.close()

    def arguments(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """Convert the parameters to what the driver takes."""
        get = parameters.get
        return tuple(
            [
                convert(get(name, constant)) if convert else get(name, constant)
                for name, constant, convert in self._parameters
            ]
        )

    def result(self, rows: Sequence[Any], rowcount: int) -> StatementResult:
        """Convert what the driver has returned."""
        return StatementResult([self._read(row) for row in rows], rowcount)

    def _read(self, row: Sequence[Any]) -> Any:
        values = list(row)
        for at, convert in self._converted:
            values[at] = convert(values[at])
        return self._make_row(values)


def _may_hurry(connection: Connection) -> bool:
    """Whether nobody listens, and the connection is in a state that needs no care."""
    # The engine's, not the connection's own: each of those joins the two anew.
    told, dialect_told = connection.engine.dispatch, connection.dialect.dispatch
    if (
        told.before_cursor_execute
        or told.after_cursor_execute
        or set(dialect_told.handle_error) - {drop_outdated}
        or dialect_told.do_execute
        or connection.engine.logger.isEnabledFor(logging.INFO)
        or connection.invalidated
    ):
        return False
    outer, inner = connection.get_transaction(), connection.get_nested_transaction()
    return (outer is None or outer.is_active) and (inner is None or inner.is_active)


async def _raise(
    connection: AsyncConnection, sync: Connection, error: BaseException, sql: str
) -> NoReturn:
    """Raise what SQLAlchemy raises, and let go of a connection that is of no more use."""
    if not isinstance(error, Exception):  # cancelled, and so in no known state
        await connection.invalidate(error)
        raise error
    if isinstance(error, OSError):  # SQLAlchemy lets it pass as it is
        raise error
    error = as_raised_by(sync.dialect, error)
    driver_error: Any = sync.dialect.loaded_dbapi.Error
    is_lost = isinstance(error, driver_error) and (
        sync.dialect.is_disconnect(error, sync.connection, None) or is_outdated(error)
    )
    if is_lost:
        await connection.invalidate(error)
    raise DBAPIError.instance(
        sql,
        None,
        error,
        driver_error,
        hide_parameters=sync.engine.hide_parameters,
        connection_invalidated=is_lost,
        dialect=sync.dialect,
    ) from error
