"""Levels of many members at once, and the preview of a level formula."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Update,
    and_,
    case,
    column,
    func,
    select,
    text,
    true,
    update,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_number
from bot.gamification.level_formula import MAX_TOTAL_EARNED, LevelFormula
from bot.gamification.models import AccountRow

#: Up to so many levels that anybody can have, one statement that names them all does it.
MOST_STEPS: Final = 400
#: With more, the totals that members have are taken so many at a time.
SLICE: Final = 5_000
_PREVIEWED_LEVELS: Final = 8
_ROUND_TOTALS: Final = (1_000, 10_000, 100_000, 1_000_000)

_profile = AccountRow.__table__.c
_total = as_number(_profile.total_earned)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The level that `total_earned` besitos give now and with the new formula."""

    total_earned: int
    before: int
    after: int


def level_steps(formula: LevelFormula, reach: int) -> Iterator[tuple[int, int]]:
    """Yield each total up to `reach` at which a level begins, with the level."""
    total: int | None = 0
    while total is not None and total <= reach:
        yield total, formula.level(total)
        total = formula.next_threshold(total)


def preview(old: LevelFormula, new: LevelFormula) -> list[PreviewRow]:
    """Return the totals at which the first levels of `new` begin, then round ones."""
    reach = 10 * _ROUND_TOTALS[-1]
    begins = [low for low, _ in islice(level_steps(new, reach), _PREVIEWED_LEVELS)]
    totals = [*begins, *(total for total in _ROUND_TOTALS if total > begins[-1])]
    return [PreviewRow(total, old.level(total), new.level(total)) for total in totals]


async def let_postings_finish(connection: AsyncConnection) -> None:
    """Wait until nobody is posting by the old formula, and let nobody begin before our commit.

    Without it a posting that is under way would put its level over ours a moment later. SQLite
    has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        table = AccountRow.__tablename__
        await connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))


async def relevel(
    connection: AsyncConnection, formula: str, now: datetime, *whose: ColumnElement[bool]
) -> int:
    """Give every member, or those profiles alone, the level of `formula`.

    Return how many members' levels changed.
    """
    return await _give_levels(connection, formula, and_(true(), *whose), {"updated_at": now})


async def settle_levels(connection: AsyncConnection, formula: LevelFormula) -> int:
    """Give the level of their total to profiles that have earned and are on level 1.

    That is how a backfill from the ledger leaves them. Return how many levels changed.
    """
    unsettled = and_(_profile.total_earned > 0, _profile.level == 1)
    return await _give_levels(connection, formula.text, unsettled, {})


async def _give_levels(
    connection: AsyncConnection, formula: str, whose: ColumnElement[bool], also: dict[str, Any]
) -> int:
    """Set the levels of the profiles `whose`, and `also` what else shall change with them.

    Usually two statements: levels begin at thresholds, and one UPDATE knows them all. A formula
    so steep that it has more than `MOST_STEPS` levels within reach takes two statements for each
    `SLICE` of different totals instead.
    """
    highest = await connection.scalar(select(func.max(_total)).where(whose))
    if highest is None:
        return 0
    # Room above the highest total, for whoever calls while members go on earning; and the same for
    # many slices of members, so that it is worked out once.
    reach = min(2 ** (2 * int(highest) + 10_000).bit_length(), MAX_TOTAL_EARNED)
    steps = await asyncio.to_thread(_first_steps, formula, reach)
    change = update(AccountRow).where(whose)
    if len(steps) <= MOST_STEPS:
        return await _by_threshold(connection, change, steps, also)
    # An evaluator of our own: it is not made for two threads at once.
    parsed = await asyncio.to_thread(LevelFormula, formula)
    return await _by_total(connection, change, parsed, whose, also)


@lru_cache(maxsize=4)
def _first_steps(formula: str, reach: int) -> Sequence[tuple[int, int]]:
    """Return where levels begin, one more than `MOST_STEPS` at most."""
    return tuple(islice(level_steps(LevelFormula(formula), reach), MOST_STEPS + 1))


async def _by_threshold(
    connection: AsyncConnection,
    change: Update,
    steps: Sequence[tuple[int, int]],
    also: dict[str, Any],
) -> int:
    highest = steps[-1][1]
    whens = [(_total < end, level) for (_, level), (end, _) in pairwise(steps)]
    level = case(*whens, else_=highest) if whens else highest
    result = await connection.execute(
        change.where(_profile.level != level).values(level=level, **also)
    )
    return result.rowcount


async def _by_total(
    connection: AsyncConnection,
    change: Update,
    formula: LevelFormula,
    whose: ColumnElement[bool],
    also: dict[str, Any],
) -> int:
    changed, last = 0, -1
    while totals := (await connection.scalars(_next_totals(whose, last))).all():
        levels = await asyncio.to_thread(_levels, formula, totals)
        fresh = _table_of(totals, levels)
        result = await connection.execute(
            change.where(
                _profile.total_earned == fresh.c.total, _profile.level != fresh.c.level
            ).values(level=fresh.c.level, **also)
        )
        changed, last = changed + result.rowcount, totals[-1]
    return changed


def _table_of(totals: Sequence[int], levels: Sequence[int]) -> Subquery:
    """Return a table of both. Its WITH is inside: sqlite3 counts no rows of one that begins so."""
    given = values(column("total", BigInteger), column("level", Integer), name="given")
    cte = given.data(list(zip(totals, levels, strict=True))).cte("given", nesting=True)
    return select(cte).subquery("fresh")


def _levels(formula: LevelFormula, totals: Sequence[int]) -> list[int]:
    return [formula.level(total) for total in totals]


def _next_totals(whose: ColumnElement[bool], after: int) -> Select[int]:
    total = _profile.total_earned
    found = select(total).where(whose, total > after, total == _total)
    return found.distinct().order_by(total).limit(SLICE)
