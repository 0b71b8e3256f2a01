"""Statements that run for every update, prepared once.

For each execution SQLAlchemy looks the compiled form up and builds a context and a result, which
costs several times what a small statement takes in the database (`python -m bench reactions`).
Here all that stays the same is kept: the text, and what converts parameters and columns. The
statement goes to the driver's cursor on the same connection, inside the same transaction; what
fails raises what SQLAlchemy raises, and its listeners hear of it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

Statement = Select[Any] | UpdateBase
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class PreparedResult:
    """The rows that a statement returned, by position and by name, and how many it wrote."""

    rows: Sequence[Any]
    rowcount: int


class Prepared:
    """A statement whose parameters, all of them `bindparam`, are given by name each time."""

    def __init__(self, build: Callable[[str], Statement]) -> None:
        """`build` returns the statement for a dialect's name."""
        self._build = build
        self._texts: WeakKeyDictionary[Dialect, _Text] = WeakKeyDictionary()

    async def execute(
        self, connection: AsyncConnection, parameters: Mapping[str, Any]
    ) -> PreparedResult:
        """Execute in the connection's transaction, which begins with the first statement.

        Raises `DBAPIError`, as `AsyncConnection.execute` does.
        """
        dialect = connection.dialect
        text = self._texts.get(dialect)
        if text is None:
            text = self._texts[dialect] = _Text(self._build(dialect.name), dialect)
        return await connection.run_sync(text.execute, parameters)


class _Text:
    """A statement in the words of one dialect."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - that is what statements compile to
        self._sql = str(compiled)
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

    def execute(self, connection: Connection, parameters: Mapping[str, Any]) -> PreparedResult:
        arguments = tuple(self._arguments(parameters))
        if not connection.in_transaction():
            connection.begin()
        cursor = connection.connection.cursor()
        try:
            for tell in connection.dispatch.before_cursor_execute:
                tell(connection, cursor, self._sql, arguments, None, False)  # noqa: FBT003
            cursor.execute(self._sql, arguments)
            rows = [self._read(row) for row in cursor.fetchall()] if cursor.description else []
            return PreparedResult(rows, cursor.rowcount)
        except BaseException as error:  # noqa: BLE001 - SQLAlchemy raises it again
            # The one private name that we use of SQLAlchemy. It wraps what the driver raised, and
            # lets go of a connection that is lost, or in no known state after a cancellation.
            connection._handle_dbapi_exception(error, self._sql, None, cursor, None)  # noqa: SLF001
        finally:
            cursor.close()

    def _arguments(self, parameters: Mapping[str, Any]) -> Iterator[Any]:
        for name, constant, convert in self._parameters:
            value = parameters.get(name, constant)
            yield convert(value) if convert else value

    def _read(self, row: Sequence[Any]) -> Any:
        values = list(row)
        for at, convert in self._converted:
            values[at] = convert(values[at])
        return self._make_row(values)
