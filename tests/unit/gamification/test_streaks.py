"""Streaks: how they grow, end and begin again."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.streaks import ONE_DAY, Streak, continued

TODAY = date(2026, 3, 2)
DAYS = st.lists(st.integers(0, 40).map(lambda n: TODAY + timedelta(days=n)), min_size=1)


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (TODAY + ONE_DAY, 4),  # another replica's clock is ahead
        (TODAY, 4),
        (TODAY - ONE_DAY, 4),
        (TODAY - 2 * ONE_DAY, 0),
        (TODAY - 400 * ONE_DAY, 0),
    ],
)
def test_length_on(last_day: date, expected: int) -> None:
    """A streak lives through the day after its last, then it shows as 0."""
    assert expected == Streak(4, 9, last_day).length_on(TODAY)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (Streak(4, 9, TODAY - ONE_DAY), Streak(5, 9, TODAY)),
        (Streak(9, 9, TODAY - ONE_DAY), Streak(10, 10, TODAY)),
        (Streak(4, 9, TODAY), Streak(4, 9, TODAY)),
        (Streak(4, 9, TODAY - 2 * ONE_DAY), Streak(1, 9, TODAY)),
        (Streak(4, 9, TODAY + ONE_DAY), Streak(4, 9, TODAY + ONE_DAY)),
    ],
)
def test_continued_on(before: Streak, expected: Streak) -> None:
    """The next day adds one, the same day nothing, and a missed day starts again at 1."""
    assert expected == before.continued_on(TODAY)


def test_first_time() -> None:
    """Whoever never did it has a streak of 1 afterwards."""
    assert Streak(1, 1, TODAY) == continued(None, TODAY)


def test_turn_of_the_year() -> None:
    """A year, a leap day and a month go by like any other day."""
    for last_day in (date(2027, 12, 31), date(2028, 2, 28), date(2028, 2, 29)):
        assert 3 == Streak(2, 2, last_day).continued_on(last_day + ONE_DAY).current


@given(DAYS)
def test_streak_equals_a_recount(days: list[date]) -> None:
    """Over any days in order, repeated ones too, the streak is what counting by hand gives."""
    streak = None
    for day in sorted(days):
        streak = continued(streak, day)

    assert streak is not None
    runs = lengths_of_runs(days)
    assert (runs[-1], max(runs), max(days)) == (streak.current, streak.longest, streak.last_day)


@given(DAYS, st.integers(0, 60))
def test_length_equals_a_recount(days: list[date], later: int) -> None:
    """On any later day the length is the run that reaches to that day or the one before."""
    streak = None
    for day in sorted(days):
        streak = continued(streak, day)
    today = max(days) + timedelta(days=later)

    assert streak is not None
    assert (lengths_of_runs(days)[-1] if later <= 1 else 0) == streak.length_on(today)


def lengths_of_runs(days: list[date]) -> list[int]:
    """Cut the days into runs without a gap, and return how long each is."""
    lengths = [1]
    for before, after in pairwise(sorted(set(days))):
        if after - before == ONE_DAY:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths
