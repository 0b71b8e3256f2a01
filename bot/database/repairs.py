"""Repairs of a schema that lacks what this release's statements rely on, as the metadata says.

What can be made again without a guess is: an empty table, a unique key that all rows keep, an
index, a default, the counting of ids. All else is a person's to decide.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, Index, Table, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql

from bot.database import catalogue
from bot.database.base import Base
from bot.database.catalogue import FoundTable
from bot.database.errors import SchemaError
from bot.database.rebuild import changed_table

Work = Callable[[Connection], None]
#: Types that take text as it is, and the letters that each has to have room for at least.
_TEXTS: Final = {"text", "varchar", "citext"}
_LONGEST_NAME: Final = 64
_COLLATE: Final = " COLLATE "


@dataclass(frozen=True, slots=True)
class Repair:
    """What a start makes again: in words, and how."""

    words: str
    work: Work


def needed(connection: Connection) -> list[Repair]:
    """Return what has to be made again.

    Raises `SchemaError` for what cannot be, with a sentence that has all of it.
    """
    found = catalogue.read(connection)
    repairs: list[Repair] = []
    refusals: list[str] = []
    for table in Base.metadata.sorted_tables:
        there = found.get(table.name)
        if there is None:
            repairs.append(Repair(f"create the table {table.name}", table.create))
        elif not there.is_table:
            refusals.append(f"{table.name} is no table: rename what stands in its place")
        else:
            refusals += _refusals(table, there)
            repairs += _of_columns(table, there)
            for key in _keys(table):
                if not there.has_key(frozenset(key.columns.keys())):
                    refusals += _against_key(connection, key, there)
                    repairs.append(_of_key(table, key))
            repairs += _of_indexes(table, there)
    if refusals:
        raise SchemaError(
            "The database's tables are not what this release's statements rely on, and nothing has "
            f"been changed: {'; '.join(refusals)}. Put that right, or restore a backup, and start "
            "again; if somebody has set the revision in alembic_version by hand, set it back."
        )
    return repairs


def _refusals(table: Table, there: FoundTable) -> Iterator[str]:
    known = table.columns
    for name in sorted(known.keys() - there.columns.keys()):
        yield f"the column {table.name}.{name} is missing: add it with what it held"
    for name, column in there.columns.items():
        place = f"the column {table.name}.{name}"
        if name not in known:
            if column.not_null and not column.has_default:
                yield f"{place} of another program is NOT NULL: give it a default, or allow NULL"
        elif column.not_null and known[name].nullable:
            yield f"{place} must not be NULL there, and we store NULL in it: allow NULL"
        elif column.kind and not _holds(column.kind, needed := _kind(known[name])):
            change = f"ALTER TABLE {table.name} ALTER COLUMN {name} TYPE {needed}"
            using = f"USING {name}::{needed.partition(_COLLATE)[0]}"
            yield f"{place} is {column.kind} and has to be {needed}: {change} {using}"
    key = table.primary_key.columns.keys()
    if not there.has_key(frozenset(key)):
        lost = f"the table {table.name} has lost its primary key ({', '.join(key)})"
        yield f"{lost}: add it, as its rows had it"
    ours = [frozenset(key), *(frozenset(one.columns.keys()) for one in _keys(table))]
    for name, index in there.indexes.items():
        columns = frozenset(index.columns) - {""}
        # One that has all columns of ours, and more, refuses nothing that ours takes; nor does one
        # with a column that no statement of ours fills.
        if (
            index.is_key
            and columns <= set(known.keys())
            and not any(one <= columns for one in ours)
        ):
            of = ", ".join(column or "an expression" for column in index.columns)
            unique = f"the unique key {name} of {table.name} ({of})"
            yield f"{unique} is another program's, and may refuse rows of the bot's: drop it"


def _kind(column: Column[object]) -> str:
    """Return a column's type as PostgreSQL says it; the name of a collation minds its capitals."""
    compiled = column.type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
    kind, collate, collation = compiled.partition(_COLLATE)
    return f"{kind.lower()}{collate}{collation}"


def _holds(found: str, needed: str) -> bool:
    """Whether a column of one type of PostgreSQL's takes whatever is written into the other."""
    kind, size = _split(found)
    needed_kind, least = _split(needed)
    if needed_kind in _TEXTS:
        return kind in _TEXTS and (size is None or size >= (least or _LONGEST_NAME))
    return kind == needed_kind or (kind, needed_kind) == ("bigint", "integer")


def _split(kind: str) -> tuple[str, int | None]:
    plain = kind.replace("character varying", "varchar").partition(_COLLATE)[0]
    name, _, size = plain.rstrip(")").partition("(")
    return name.rpartition(".")[2], int(size) if size.isdecimal() else None


def _of_columns(table: Table, there: FoundTable) -> Iterator[Repair]:
    """Defaults, and the counting of ids."""
    for name, found in there.columns.items():
        column = table.columns.get(name)
        if column is None:
            continue
        if column.server_default is not None and not found.has_default:
            words = f"set the default of {table.name}.{name}"
            yield Repair(words, _with_column(_set_default, column))
        elif column is table.autoincrement_column and not found.counts:
            words = f"let {table.name}.{name} count by itself"
            yield Repair(words, _with_column(_let_count, column))


def _with_column(
    work: Callable[[Connection, Column[object]], None], column: Column[object]
) -> Work:
    return lambda connection: work(connection, column)


def _set_default(connection: Connection, column: Column[object]) -> None:
    default = column.server_default
    with changed_table(connection, column.table) as change:
        change.alter_column(column.name, server_default=getattr(default, "arg", None))


def _let_count(connection: Connection, column: Column[object]) -> None:
    if connection.dialect.name == "sqlite":
        with changed_table(connection, column.table) as change:
            change.alter_column(column.name, type_=column.type)
        return
    table = column.table.name
    quote = connection.dialect.identifier_preparer.quote
    own = connection.scalar(select(func.pg_get_serial_sequence(quote(table), column.name)))
    # The sequence of before knows the ids that were given and are gone.
    counting = f"SET DEFAULT nextval('{own}')" if own else "ADD GENERATED BY DEFAULT AS IDENTITY"
    connection.exec_driver_sql(
        f"ALTER TABLE {quote(table)} ALTER COLUMN {quote(column.name)} {counting}"
    )


def _keys(table: Table) -> Iterator[UniqueConstraint | Index]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield constraint
    yield from (index for index in table.indexes if index.unique)


def _against_key(
    connection: Connection, key: UniqueConstraint | Index, there: FoundTable
) -> Iterator[str]:
    names = list(key.columns.keys())
    table = key.table
    if table is None or not there.columns.keys() >= set(names):
        return  # refused already
    if key.name in there.indexes:
        yield (
            f"{key.name} of {table.name} is not a unique key that ON CONFLICT may name (it is "
            "partial, deferrable, not valid, or of other columns): drop it"
        )
        return
    columns = [table.columns[name] for name in names]
    whole = [column.is_not(None) for column in columns]
    repeated = select(*columns).where(*whole).group_by(*columns).having(func.count() > 1)
    many = connection.scalar(select(func.count()).select_from(repeated.subquery()))
    if many:
        yield (
            f"{table.name} has lost the unique key {key.name}, and {many} values of "
            f"({', '.join(names)}) are there more than once: delete the rows that repeat"
        )


def _of_key(table: Table, key: UniqueConstraint | Index) -> Repair:
    name, columns = str(key.name), list(key.columns.keys())

    def add(connection: Connection) -> None:
        with changed_table(connection, table, in_place=True) as change:
            if connection.dialect.name == "sqlite":
                change.create_index(name, columns, unique=True)
            else:
                change.create_unique_constraint(name, columns)

    return Repair(f"make the unique key {name} of {table.name}", add)


def _of_indexes(table: Table, there: FoundTable) -> Iterator[Repair]:
    for index in table.indexes:
        columns = tuple(index.columns.keys())
        if index.unique or index.name in there.indexes or there.has_index(columns):
            continue
        yield Repair(f"create the index {index.name} of {table.name}", index.create)
