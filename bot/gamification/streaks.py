"""Days in a row, by the UTC calendar. Nothing runs at midnight: a streak's last day tells all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, bindparam, case, func
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.upsert import insert
from bot.gamification.models import StreakType, UserStreak

ONE_DAY = timedelta(days=1)


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


def continued(streak: Streak | None, today: date) -> Streak:
    """Return the streak after doing it `today`, for the first time too."""
    return streak.continued_on(today) if streak else Streak(1, 1, today)


Streaks = Mapping[StreakType, Streak]


async def save_day(
    connection: AsyncConnection, user_id: int, kind: StreakType, today: date
) -> bool:
    """Count `today` in the database; whether it was not counted yet.

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
        },
    )
    return result.rowcount > 0


@cache
def _count_day(dialect: str) -> Any:
    statement = insert(dialect, UserStreak)
    today = statement.excluded.last_day
    goes_on = UserStreak.last_day == bindparam("yesterday", type_=Date)
    current = case((goes_on, UserStreak.current + 1), else_=1)
    greater = func.max if dialect == "sqlite" else func.greatest
    return statement.on_conflict_do_update(
        index_elements=[UserStreak.user_id, UserStreak.streak_type],
        set_={
            "current": current,
            "longest": greater(UserStreak.longest, current),
            "last_day": today,
        },
        where=UserStreak.last_day < today,
    )
