"""Backfill of missing rows: in key-ordered slices, inside the caller's transaction."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .apply import upsert
from .hooks import Progress
from .parts import Backfill
from .values import form_of

#: Parents that one statement looks at. Large enough to cost no more than a single statement for
#: all, small enough that progress moves and memory stays flat.
SLICE: Final = 50_000


async def fill(
    connection: AsyncConnection, backfill: Backfill, total: int, missing: int, progress: Progress
) -> int:
    """Insert the `missing` rows of `total` parents; return how many were really inserted.

    Existing rows stay as they are, also those that somebody else inserts meanwhile.
    """
    parent = backfill.parent_id
    created = done = 0
    after: Any = None
    while missing:
        end = select(parent).where(_within(parent, after, None)).order_by(parent)
        last = await connection.scalar(end.offset(SLICE - 1).limit(1))
        rows = select(parent, *backfill.values.values()).where(_within(parent, after, last))
        if missing != total:  # else NOT EXISTS would only make SQLite copy its result first
            rows = rows.where(_without_row(backfill, after, last))
        statement = upsert(connection, backfill.table).from_select(
            [backfill.owner.name, *backfill.defaults], rows.order_by(parent)
        )
        # NOT EXISTS alone would race with whoever inserts the same row; ON CONFLICT alone would
        # try every row that is there already.
        statement = statement.on_conflict_do_nothing(index_elements=[backfill.owner])
        # Not every driver gives the count of an INSERT unless asked for it.
        counted = statement.execution_options(preserve_rowcount=True)
        created += (await connection.execute(counted)).rowcount
        done = total if last is None else min(done + SLICE, total)
        progress(done, total)
        if last is None:
            break
        after = last
    return created


async def missing_parents(connection: AsyncConnection, backfill: Backfill) -> Sequence[Any]:
    """Return the parents that `fill` would give a row, in its order."""
    parent = backfill.parent_id
    missing = select(parent).where(_without_row(backfill, None, None)).order_by(parent)
    return [form_of(parent).canonical(key) for key in await connection.scalars(missing)]


def _without_row(backfill: Backfill, after: Any, last: Any) -> ColumnElement[bool]:
    # The bounds stand here too, or PostgreSQL may read all rows for every slice.
    owner = backfill.owner
    row = select(owner).where(owner == backfill.parent_id, _within(owner, after, last))
    return ~row.exists()


def _within(column: Any, after: Any, last: Any) -> ColumnElement[bool]:
    bounds = [] if after is None else [column > after]
    return and_(True, *bounds, *([] if last is None else [column <= last]))  # noqa: FBT003
