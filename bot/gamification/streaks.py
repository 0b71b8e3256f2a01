"""Daily streaks, by the UTC calendar. Nothing runs at midnight: the last day tells all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Date, Integer, bindparam, case, cast, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_day, insert
from bot.gamification.models import StreakRow
from bot.gamification.stored import Problem, read_day
from bot.gamification.types import StreakType

ONE_DAY = timedelta(days=1)
#: Days in a row that anybody can have; a stored length beyond counts as none.
LONGEST: Final = 1_000_000
#: How far ahead another clock may have been; a day beyond is none, or it would stop the streak.
AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Streak:
    """`current` days in a row, the last of them `last_day`."""

    current: int
    longest: int
    last_day: date

    def length_on(self, today: date) -> int:
        """Return how long the streak is: 0 once a whole day has been missed."""
        return self.current if self.last_day >= today - ONE_DAY else 0

    def continued_on(self, today: date) -> "Streak":
        """Return the streak after doing it `today`: one more, the same, or a new beginning."""
        if self.last_day >= today:
            return self
        current = self.length_on(today) + 1
        return Streak(current, max(self.longest, current), today)


def read_streak(current: object, longest: object, last_day: object, today: date) -> Streak:
    """Return a streak as it is stored; where something stands that is none, it begins anew."""
    day = read_day(last_day)
    if day is None or day > today + AHEAD:
        day = date.min
    length = _days(current)
    return Streak(length, max(length, _days(longest)), day)


def _days(stored: object) -> int:
    return int(stored) if isinstance(stored, (int, float)) and 1 <= stored <= LONGEST else 0


def streak_problems(row: str, stored: Sequence[object], streak: Streak) -> list[Problem]:
    """Return what of the columns `current`, `longest` and `last_day` was not read as it stands."""
    current, longest, last_day = stored
    if (streak.current, streak.longest) == (current, longest) and streak.last_day != date.min:
        return []
    return [
        Problem.of(StreakRow.__tablename__, row, column, value)
        for column, value, is_read in (
            ("current", current, current == streak.current),
            ("longest", longest, longest == streak.longest),
            ("last_day", last_day, streak.last_day != date.min),
        )
        if not is_read
    ]


def continued(streak: Streak | None, today: date) -> Streak:
    """Return the streak after doing it `today`, for the first time too."""
    return streak.continued_on(today) if streak else Streak(1, 1, today)


Streaks = Mapping[StreakType, Streak]


async def save_day(
    connection: AsyncConnection, user_id: int, kind: StreakType, today: date
) -> bool:
    """Record `today`; return False if it was recorded before.

    One guarded statement, with the same rule as `Streak.continued_on`, so that the same update
    handled twice counts once.
    """
    result = await connection.execute(
        _count_day(connection.dialect.name),
        {
            "user_id": user_id,
            "streak_type": kind,
            "current": 1,
            "longest": 1,
            "last_day": today,
            "yesterday": today - ONE_DAY,
            "latest": today + AHEAD,
        },
    )
    return result.rowcount > 0


@cache
def _count_day(dialect: str) -> Any:
    statement = insert(dialect, StreakRow)
    today = statement.excluded.last_day
    last_day = as_day(StreakRow.last_day)
    yesterday, latest = (bindparam(name, type_=Date) for name in ("yesterday", "latest"))
    # What SQL by hand has put there begins anew: a length that is none, a day that is none.
    goes_on = (last_day == yesterday) & StreakRow.current.between(1, LONGEST)
    current = case((goes_on, cast(StreakRow.current, Integer) + 1), else_=1)
    is_longer = StreakRow.longest.between(current, LONGEST)
    return statement.on_conflict_do_update(
        index_elements=[StreakRow.user_id, StreakRow.streak_type],
        set_={
            "current": current,
            "longest": case((is_longer, cast(StreakRow.longest, Integer)), else_=current),
            "last_day": today,
        },
        where=or_(last_day.is_(None), last_day < today, last_day > latest),
    )
