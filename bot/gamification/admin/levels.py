"""What a new level formula means: shown before it is saved, and carried out when it is."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from typing import Final

from sqlalchemy import BigInteger, Integer, Select, case, column, func, select, text, update, values
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_number
from bot.gamification.level_formula import MAX_TOTAL_EARNED, LevelFormula
from bot.gamification.models import UserGamificationProfile

#: Up to so many levels that anybody can have, one statement that names them all does it.
MOST_STEPS: Final = 400
#: With more, the totals that members have are taken so many at a time.
SLICE: Final = 5_000
_PREVIEWED_LEVELS: Final = 8
_ROUND_TOTALS: Final = (1_000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The level that `total_earned` besitos give now and with the new formula."""

    total_earned: int
    before: int
    after: int


def preview(old: LevelFormula, new: LevelFormula) -> list[PreviewRow]:
    """Return the totals at which the first levels of `new` begin, then round ones."""
    begins = [low for low, _ in islice(_steps(new, 10 * _ROUND_TOTALS[-1]), _PREVIEWED_LEVELS)]
    totals = [*begins, *(total for total in _ROUND_TOTALS if total > begins[-1])]
    return [PreviewRow(total, old.level(total), new.level(total)) for total in totals]


async def let_bookings_finish(connection: AsyncConnection) -> None:
    """Wait until nobody is booking by the old formula, and let nobody begin before our commit.

    Without it a booking that is under way would put its level over ours a moment later. SQLite
    has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        table = UserGamificationProfile.__tablename__
        await connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))


async def relevel(connection: AsyncConnection, formula: str, now: datetime) -> int:
    """Give every member the level of `formula`; return how many members' levels changed.

    Usually two statements: levels begin at thresholds, and one UPDATE knows them all. A formula
    so steep that it has more than `MOST_STEPS` levels within reach takes two statements for each
    `SLICE` of different totals instead.
    """
    # An evaluator of our own: it is not made for two threads at once.
    parsed = await asyncio.to_thread(LevelFormula, formula)
    highest = await connection.scalar(select(func.max(_total))) or 0
    # Room above the highest total, for whoever calls while members go on earning.
    reach = min(2 * highest + 10_000, MAX_TOTAL_EARNED)
    steps = await asyncio.to_thread(list, islice(_steps(parsed, reach), MOST_STEPS + 1))
    if len(steps) <= MOST_STEPS:
        return await _by_threshold(connection, steps, now)
    return await _by_total(connection, parsed, now)


def _steps(formula: LevelFormula, reach: int) -> Iterator[tuple[int, int]]:
    """Yield each total up to `reach` at which a level begins, with the level."""
    total: int | None = 0
    while total is not None and total <= reach:
        yield total, formula.level(total)
        total = formula.next_threshold(total)


async def _by_threshold(
    connection: AsyncConnection, steps: list[tuple[int, int]], now: datetime
) -> int:
    highest = steps[-1][1]
    whens = [(_total < end, level) for (_, level), (end, _) in pairwise(steps)]
    level = case(*whens, else_=highest) if whens else highest
    result = await connection.execute(
        update(_profile).where(_profile.level != level).values(level=level, updated_at=now)
    )
    return result.rowcount


async def _by_total(connection: AsyncConnection, formula: LevelFormula, now: datetime) -> int:
    changed, last = 0, -1
    while totals := (await connection.scalars(_next_totals(last))).all():
        levels = await asyncio.to_thread(_levels, formula, totals)
        fresh = (
            values(column("total", BigInteger), column("level", Integer), name="fresh")
            .data(list(zip(totals, levels, strict=True)))
            .cte("fresh")
        )
        result = await connection.execute(
            update(_profile)
            .where(_profile.total_earned == fresh.c.total, _profile.level != fresh.c.level)
            .values(level=fresh.c.level, updated_at=now)
            .returning(_profile.user_id)  # sqlite3 counts no rows of a statement that is a WITH
        )
        changed, last = changed + len(result.all()), totals[-1]
    return changed


_profile = UserGamificationProfile
_total = as_number(_profile.total_earned)


def _levels(formula: LevelFormula, totals: Sequence[int]) -> list[int]:
    return [formula.level(total) for total in totals]


def _next_totals(after: int) -> Select[int]:
    total = _profile.total_earned
    return (
        select(total).where(total > after, total == _total).distinct().order_by(total).limit(SLICE)
    )
