"""Our tables in types by which both engines read and write the same, and digests of them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Enum,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from bot.database.base import UtcDateTime

#: Sums stay far from what 64 bits hold, whatever the numbers are.
_MODULUS: Final = 1_000_003


def as_written(table: Table) -> Table:
    """Return the same table, with types by which both engines read and write the same."""
    columns = [
        Column(
            column.name,
            _plain(column.type),
            primary_key=column.primary_key,
            autoincrement=False,
        )
        for column in table.columns
    ]
    return Table(table.name, MetaData(), *columns, info={"original": table})


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(kind, (JSON, Enum)):
        return Text()  # as it is stored: parsed, a JSON null and a NULL would be the same
    return UtcDateTime() if isinstance(kind, DateTime) else kind


def is_json(column: Column[Any], table: Table) -> bool:
    return isinstance(table.info["original"].c[column.name].type, JSON)


async def sums_of(
    connection: AsyncConnection, tables: Sequence[Table]
) -> dict[str, tuple[int, ...]]:
    """Return for each table how many rows it has, and two numbers for what is in each column."""
    sums = {}
    for table in tables:
        row = (await connection.execute(select(func.count(), *_digests(table)))).one()
        sums[table.name] = tuple(int(value or 0) for value in row)
    return sums


def _digests(table: Table) -> list[Any]:
    digests: list[Any] = []
    for column in table.columns:
        digests.append(func.count(column))
        if isinstance(column.type, Boolean):
            digests.append(func.sum(case((column, 1), else_=0)))
        elif isinstance(column.type, Integer):
            digests.append(func.sum(column % _MODULUS))
        elif isinstance(column.type, Text) and not is_json(column, table):
            digests.append(func.sum(func.length(column)))
    return digests
