"""Daily streaks, by the community's calendar. Nothing runs at midnight: the last day tells all.

Days come in any order: an update that waited is counted for the day on which the member acted. So a
streak knows the run of days before its last gap as well, which a late day may fill.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.compiled import CompiledStatement
from bot.database.constructs import Insert, as_stored, insert, raw
from bot.gamification.models import StreakRow
from bot.gamification.stored import Problem, read_day
from bot.gamification.types import StreakType

ONE_DAY: Final = timedelta(days=1)
#: Days in a row that anybody can have; a stored length beyond counts as none.
LONGEST: Final = 1_000_000
#: Days in a row that are not lost without a word.
WORTH_A_WORD: Final = 7
#: A stored day outside is none. Any other may be right, and the clock wrong that calls it future.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
#: The columns of a streak, in the order in which `read_streak` takes them.
COLUMNS: Final = ("current", "longest", "last_day", "previous_length", "previous_last_day")


@dataclass(frozen=True, slots=True)
class Run:
    """`length` days in a row, the last of them `last_day`."""

    length: int
    last_day: date

    def until(self, day: date) -> "Run":
        """Return the part up to `day`; its length is 0 or less when that is none of it."""
        end = min(self.last_day, day)
        return Run(self.length - (self.last_day - end).days, end)

    def includes(self, day: date) -> bool:
        """Return whether `day` is one of its days."""
        return 0 <= (self.last_day - day).days < self.length

    def precedes(self, later: "Run") -> bool:
        """Return whether `later` begins on the day after its last."""
        return (later.last_day - self.last_day).days == later.length


@dataclass(frozen=True, slots=True)
class Streak:
    """`current` days in a row, the last of them `last_day`, and the run before the gap before them.

    `stored` are the columns as they were read, which a write compares; None before the first one.
    """

    current: int
    longest: int
    last_day: date
    previous: Run | None = None
    stored: tuple[Any, ...] | None = field(default=None, compare=False)

    @property
    def runs(self) -> tuple[Run, ...]:
        """What is known of the days, oldest first."""
        current = Run(self.current, self.last_day)
        return tuple(run for run in (self.previous, current) if run and run.length > 0)

    def includes(self, day: date) -> bool:
        """Return whether it was done on `day`."""
        return any(run.includes(day) for run in self.runs)

    def run_on(self, day: date) -> Run | None:
        """Return the days in a row that end on `day`, or the day before and may still go on."""
        for run in self.runs:
            seen = run.until(day)
            if seen.length > 0 and seen.last_day >= day - ONE_DAY:
                return seen
        return None

    def length_on(self, day: date) -> int:
        """Return how long the streak is on `day`: 0 once a whole day has been missed."""
        run = self.run_on(day)
        return run.length if run else 0

    def due_after(self, day: date) -> date:
        """Return the first day after `day` on which it was not done yet."""
        due = day + ONE_DAY
        for run in self.runs:
            if run.includes(due):
                due = run.last_day + ONE_DAY
        return due

    def over(self, short_days: Collection[date], day: date) -> "Streak":
        """Return the streak on `day`, with the days before that nobody had in full for granted."""
        last = self.last_day
        while last + ONE_DAY in short_days and last + ONE_DAY < day:
            last += ONE_DAY
        length = self.current + (last - self.last_day).days
        return replace(self, current=length, longest=max(self.longest, length), last_day=last)

    def continued_on(self, day: date) -> "Streak":
        """Return the streak after doing it on `day`, however late that is told.

        The next day adds one, a late one what it joins; no day makes a streak shorter but the one
        that begins anew.
        """
        if self.includes(day):
            return self
        *previous, current = list(_joined([*self.runs, Run(1, day)]))[-2:]
        return Streak(
            current.length,
            max(self.longest, current.length, *(run.length for run in previous)),
            current.last_day,
            previous[0] if previous else None,
            self.stored,
        )


@dataclass(frozen=True, slots=True)
class LostStreak:
    """Days in a row that have come to an end, `length` of them, and the member's `longest` ever."""

    length: int
    longest: int


def _joined(runs: list[Run]) -> Iterator[Run]:
    """Yield runs in order, those without a gap in between as one."""
    before, *rest = sorted(runs, key=lambda run: run.last_day)
    for run in rest:
        if before.precedes(run):
            before = Run(before.length + run.length, run.last_day)
        else:
            yield before
            before = run
    yield before


def continued(streak: Streak | None, day: date) -> Streak:
    """Return the streak after doing it on `day`, for the first time too."""
    return streak.continued_on(day) if streak else Streak(1, 1, day)


def lost_streak(before: Streak | None, day: date) -> LostStreak | None:
    """Return the streak that was over when it was done again on `day`, if it was a long one."""
    if before is None or before.current < WORTH_A_WORD:
        return None
    is_over = (day - before.last_day) > ONE_DAY
    return LostStreak(before.current, before.longest) if is_over else None


Streaks = Mapping[StreakType, Streak]


def read_streak(*stored: Any) -> Streak:
    """Return the streak in `COLUMNS` as they were read; where something is none, it begins anew."""
    current, longest, last_day, previous_length, previous_last_day = stored
    run = _read_run(current, last_day)
    previous = _read_run(previous_length, previous_last_day)
    if run is None:
        run, previous = previous or Run(0, date.min), None
    elif previous and (run.last_day - previous.last_day).days <= run.length:
        previous = None
    return Streak(
        run.length, max(run.length, _days(longest)), run.last_day, previous, tuple(stored)
    )


def streak_problems(row: str, stored: tuple[Any, ...], streak: Streak) -> list[Problem]:
    """Return what of `COLUMNS` was not read as it stands."""
    current, longest, last_day, previous_length, previous_last_day = stored
    has_previous = (previous_length, previous_last_day) != (None, None)
    if (current, longest, has_previous) == (
        streak.current,
        streak.longest,
        streak.previous is not None,
    ) and streak.last_day != date.min:
        return []  # as nearly always
    is_read = (
        _days(current) == current,
        _days(longest) == longest and _days(longest) >= _days(current),
        _day(last_day) is not None,
        previous_length is None or _days(previous_length) == previous_length,
        previous_last_day is None or _day(previous_last_day) is not None,
    )
    return [
        Problem.of(StreakRow.__tablename__, row, column, value)
        for column, value, is_good in zip(COLUMNS, stored, is_read, strict=True)
        if not is_good
    ]


def _read_run(length: Any, last_day: Any) -> Run | None:
    days, day = _days(length), _day(last_day)
    return Run(days, day) if days and day else None


def _days(stored: Any) -> int:
    return int(stored) if isinstance(stored, (int, float)) and 1 <= stored <= LONGEST else 0


def _day(stored: Any) -> date | None:
    day = read_day(stored)
    return day if day and FIRST_DAY <= day <= LAST_DAY else None


async def save_streak(
    connection: AsyncConnection, user_id: int, kind: StreakType, streak: Streak
) -> bool:
    """Write `streak` if the row still is as it was read; return False if it is another by now.

    So of two that have read the same, one counts its day, and the other has to read again.
    """
    previous = streak.previous
    values = (
        streak.current,
        streak.longest,
        streak.last_day,
        previous.length if previous else None,
        previous.last_day if previous else None,
    )
    read = streak.stored or (None,) * len(COLUMNS)
    result = await _WRITE.execute(
        connection,
        {
            "user_id": user_id,
            "streak_type": kind,
            **dict(zip(COLUMNS, values, strict=True)),
            **{f"read_{name}": value for name, value in zip(COLUMNS, read, strict=True)},
        },
    )
    return result.rowcount > 0


def stored_columns(streak: Any) -> list[Any]:
    """Return the expressions by which `COLUMNS` of a (perhaps aliased) row are read."""
    return [
        (as_stored if name.endswith("last_day") else raw)(getattr(streak, name)) for name in COLUMNS
    ]


def _write(dialect: str) -> Insert:
    table = StreakRow.__table__.c
    values = {
        name: bindparam(name, type_=table[name].type)
        for name in ("user_id", "streak_type", *COLUMNS)
    }
    statement = insert(dialect, StreakRow).values(values)
    as_read = [
        column.is_not_distinct_from(bindparam(f"read_{name}", type_=column.type))
        for name, column in zip(COLUMNS, stored_columns(StreakRow), strict=True)
    ]
    return statement.on_conflict_do_update(
        index_elements=[StreakRow.user_id, StreakRow.streak_type],
        set_={name: statement.excluded[name] for name in COLUMNS},
        where=and_(*as_read),
    )


_WRITE = CompiledStatement(_write)
