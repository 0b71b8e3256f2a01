"""Backfill of missing rows: in key-ordered slices, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .apply import upsert, write_rows
from .declaration import Seed
from .hooks import Progress
from .parts import Backfill
from .report import BackfillReport, SeedReport
from .values import form_of

#: Parents that one statement looks at. Large enough to cost no more than a single statement for
#: all, small enough that progress moves and memory stays flat.
SLICE: Final = 50_000


async def write_and_fill(
    connection: AsyncConnection,
    pairs: Sequence[tuple[Seed, SeedReport]],
    progress: Progress,
    *,
    list_keys: bool,
) -> list[SeedReport]:
    """Write what was planned for each seed, and fill what lacks then; return what was done.

    A backfill waits for all rows that seeds give to its own table. A later seed's rows, or
    backfill, may make parents of an earlier one's: those are filled again.
    """
    expected: dict[Backfill, BackfillReport] = {}
    filled: dict[Backfill, BackfillReport] = {}

    async def fill_more(backfill: Backfill, done: BackfillReport, missing: int) -> None:
        if missing and done.keys is not None:
            keys = [*done.keys, *await missing_parents(connection, backfill)]
            done = replace(done, keys=keys)
        created = await fill(connection, backfill, done.total, missing, progress)
        filled[backfill] = replace(done, missing=done.missing + created)

    for at, (seed, report) in enumerate(pairs):
        await write_rows(connection, seed, report.rows)
        expected.update(zip(seed.backfills, report.backfills, strict=True))
        to_come = {section.table for later, _ in pairs[at + 1 :] for section in later.tables}
        for backfill, one in expected.items():
            if backfill not in filled and backfill.table not in to_come:
                none = replace(one, missing=0, keys=[] if list_keys else None)
                # How many lack is an estimate while rows move; whether any do is not its to say.
                await fill_more(backfill, none, one.missing or one.moving)
    for _ in expected:  # as many as may lead one to the next
        before = dict(filled)
        for backfill, one in before.items():
            await fill_more(backfill, one, one.moving)
        if filled == before:
            break
    return [
        replace(report, backfills=tuple(filled[one] for one in seed.backfills))
        for seed, report in pairs
    ]


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
