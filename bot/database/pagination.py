"""Keyset pages: the newest rows first, and each page led to by the last row of the one before."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")


@dataclass(frozen=True)  # slots would forbid Page[Row](…) on Python 3.11
class Page(Generic[T]):
    """Some rows, newest first; `older_than` leads to the next page, None when there is none."""

    rows: tuple[T, ...]
    older_than: int | None


async def read_keyset_page(
    connection: AsyncConnection,
    statement: Select[Any],
    key: InstrumentedAttribute[int] | ColumnElement[int],
    size: int,
    older_than: int | None = None,
) -> Page[Row[Any]]:
    """Return the `size` rows of `statement` with the highest `key`, or those below `older_than`.

    `statement` selects the key as its first column.
    """
    # One row more than is shown tells whether there is a next page.
    statement = statement.order_by(key.desc()).limit(size + 1)
    if older_than is not None:
        statement = statement.where(key < older_than)
    found = (await connection.execute(statement)).all()
    shown = tuple(found[:size])
    return Page(shown, older_than=shown[-1][0] if len(found) > size else None)
