"""SQL constructs by dialect: upserts, and reading columns that may hold anything.

SQLite takes any value into any column.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Date, DateTime, Dialect, Text, TypeDecorator, literal, type_coerce
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from bot.database.base import Base, UtcDateTime

Insert = sqlite.Insert | postgresql.Insert


def insert(dialect: str, model: type[Base]) -> Insert:
    """Return the insert construct that knows ON CONFLICT, which SQLAlchemy keeps in each dialect.

    `dialect` is `connection.dialect.name`. A statement that runs for every update is worth building
    once: put it into a `@cache`d function of the dialect and execute it with parameters.
    """
    return sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)


def raw(column: Any) -> ColumnElement[Any]:
    """Return a column that comes as the driver gives it, by no conversion that could fail."""
    return type_coerce(column, NullType())


class _Stored(TypeDecorator[Any]):
    """Bytes on SQLite, `kind` elsewhere."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(NullType() if dialect.name == "sqlite" else self.kind)


class as_stored(FunctionElement[Any]):  # noqa: N801 - it stands where SQL functions stand
    """A text, time, day or JSON as the row has it, for whoever judges it, and compares it later.

    SQLite gives bytes. PostgreSQL gives times and days, the nearest ones that Python has, and JSON
    as text.
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        """Read `column`."""
        super().__init__(column)
        self.form = "{}"
        kind: TypeEngine[Any] = Text()
        if isinstance(column.type, JSON):
            self.form = "CAST({} AS TEXT)"
        elif isinstance(column.type, Date):
            kind = Date()
            # They pass a NULL over, which has to stay one.
            self.form = (
                "CASE WHEN {0} IS NOT NULL THEN"
                " least(greatest({0}, DATE '0001-01-02'), DATE '9999-12-30') END"
            )
        elif isinstance(column.type, UtcDateTime):
            kind = DateTime(timezone=True)
            # A day short on both sides: asyncpg writes the first and the last as infinity.
            self.form = (
                "least(greatest({}, TIMESTAMPTZ '0001-01-02 00:00:00+00'),"
                " TIMESTAMPTZ '9999-12-30 00:00:00+00')"
            )
        self.type = _Stored(kind)


@compiles(as_stored)
def _in_form(element: as_stored, compiler: SQLCompiler, **options: Any) -> str:
    return element.form.format(compiler.process(element.clauses, **options))


@compiles(as_stored, "sqlite")
def _as_blob(element: as_stored, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


class as_day(FunctionElement[Any]):  # noqa: N801 - as above
    """The day of a date column, also of a time in it; NULL for what begins with no day."""

    type = Date()
    inherit_cache = True


class as_number(FunctionElement[Any]):  # noqa: N801 - as above
    """The number that the database counts with where a number belongs: 72 for SQLite's '72 xp'."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        """Read `column`."""
        super().__init__(column)
        self.type = column.type


class as_moment(FunctionElement[Any]):  # noqa: N801 - as above
    """The moment of a time column, to compare in SQL; NULL for what is no time."""

    type = UtcDateTime()
    inherit_cache = True


class later(FunctionElement[Any]):  # noqa: N801 - as above
    """A time column's moment put off; what is no time stays as it is."""

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, column: Any, by: timedelta) -> None:
        """Add `by` to `column`."""
        super().__init__(column, literal(f"{by.total_seconds():.3f} seconds", Text()))


@compiles(later)
def _sum_of_times(element: later, compiler: SQLCompiler, **options: Any) -> str:
    column, by = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} + CAST({by} AS INTERVAL))"


# As `UtcDateTime` writes it, but for microseconds, which SQLite's functions do not know.
_MOMENT = "'%Y-%m-%d %H:%M:%f000'"


@compiles(later, "sqlite")
def _later(element: later, compiler: SQLCompiler, **options: Any) -> str:
    column, by = (compiler.process(clause, **options) for clause in element.clauses)
    return f"coalesce(strftime({_MOMENT}, {column}, {by}), {column})"


@compiles(as_moment, "sqlite")
def _moment(element: as_moment, compiler: SQLCompiler, **options: Any) -> str:
    return f"strftime({_MOMENT}, {compiler.process(element.clauses, **options)})"


@compiles(as_day)
@compiles(as_moment)
@compiles(as_number)
def _plain(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(as_day, "sqlite")
def _day(element: as_day, compiler: SQLCompiler, **options: Any) -> str:
    # With a time behind it: 'now' alone would be today, and a bare number a count of days.
    return f"date(substr({compiler.process(element.clauses, **options)}, 1, 10) || ' 00:00')"


@compiles(as_number, "sqlite")
def _sum(element: as_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + 0)"
