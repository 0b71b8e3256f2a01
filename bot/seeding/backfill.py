"""Backfill of missing rows: in key-ordered slices, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
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
    places = [
        (_last_writer(pairs, at, backfill), backfill, one)
        for at, (seed, report) in enumerate(pairs)
        for backfill, one in zip(seed.backfills, report.backfills, strict=True)
    ]
    filled = [(backfill, one) for _, backfill, one in places]
    for now, (seed, report) in enumerate(pairs):
        await write_rows(connection, seed, report.rows)
        for number, (at, backfill, one) in enumerate(places):
            if at == now:
                done = await _fill_one(connection, backfill, one, progress, list_keys=list_keys)
                filled[number] = backfill, done
    for _ in filled:  # as many as may lead one to the next
        before, filled = filled, []
        for backfill, one in before:
            filled.append((backfill, await _refill(connection, backfill, one, progress)))
        if filled == before:
            break
    each = (done for _, done in filled)
    return [
        replace(report, backfills=tuple(islice(each, len(report.backfills)))) for _, report in pairs
    ]


def _last_writer(pairs: Sequence[tuple[Seed, SeedReport]], own: int, backfill: Backfill) -> int:
    """Return the place of the last seed that gives rows to the table, at least the own one."""
    writers = (
        at
        for at, (seed, _) in enumerate(pairs)
        if any(section.table is backfill.table for section in seed.tables)
    )
    return max([own, *writers])


async def _refill(
    connection: AsyncConnection, backfill: Backfill, before: BackfillReport, progress: Progress
) -> BackfillReport:
    if not before.moving:
        return before
    new = replace(before, missing=before.moving)
    lists_keys = before.keys is not None
    done = await _fill_one(connection, backfill, new, progress, list_keys=lists_keys)
    keys = [*(before.keys or ()), *(done.keys or ())] if lists_keys else None
    return replace(before, missing=before.missing + done.missing, keys=keys)


async def _fill_one(
    connection: AsyncConnection,
    backfill: Backfill,
    expected: BackfillReport,
    progress: Progress,
    *,
    list_keys: bool,
) -> BackfillReport:
    keys = await missing_parents(connection, backfill) if list_keys else None
    # How many there are is an estimate while rows move; whether there are any is not its to say.
    missing = expected.missing or expected.moving
    created = await fill(connection, backfill, expected.total, missing, progress)
    return replace(expected, missing=created, keys=keys)


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
