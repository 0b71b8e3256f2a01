"""Streaks: how they grow, end and begin again."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.streaks import ONE_DAY, Run, Streak, continued, read_streak

TODAY = date(2026, 3, 2)
DENSE_DAYS = st.lists(
    st.integers(0, 12).map(lambda n: TODAY + timedelta(days=n)), min_size=1, max_size=16
)
DELAYS = st.integers(0, 2).map(timedelta)
TIES = st.integers()
DAYS = st.lists(st.integers(0, 40).map(lambda n: TODAY + timedelta(days=n)), min_size=1)


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (TODAY + 3 * ONE_DAY, 1),  # a clock was ahead: what it counted is not today's
        (TODAY + 4 * ONE_DAY, 0),
        (TODAY + ONE_DAY, 3),
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
        (
            Streak(4, 9, TODAY - 2 * ONE_DAY),
            Streak(1, 9, TODAY, Run(4, TODAY - 2 * ONE_DAY)),
        ),
        (Streak(4, 9, TODAY + ONE_DAY), Streak(4, 9, TODAY + ONE_DAY)),
        # A late day fills the gap, goes before the streak, or after the one before the gap.
        (Streak(1, 5, TODAY + ONE_DAY, Run(5, TODAY - ONE_DAY)), Streak(7, 7, TODAY + ONE_DAY)),
        (
            Streak(1, 5, TODAY + ONE_DAY, Run(5, TODAY - 2 * ONE_DAY)),
            Streak(2, 5, TODAY + ONE_DAY, Run(5, TODAY - 2 * ONE_DAY)),
        ),
        (
            Streak(1, 5, TODAY + 2 * ONE_DAY, Run(5, TODAY - ONE_DAY)),
            Streak(1, 6, TODAY + 2 * ONE_DAY, Run(6, TODAY)),
        ),
        # A clock said 2027, once.
        (
            Streak(1, 5, date(2027, 3, 2), Run(5, TODAY - ONE_DAY)),
            Streak(1, 6, date(2027, 3, 2), Run(6, TODAY)),
        ),
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


@given(DENSE_DAYS, st.data())
def test_late_days_in_any_order(days: list[date], data: st.DataObject) -> None:
    """Told up to two days late, in whatever order, days make the streak that they make in order."""
    in_order = late = None
    for day in sorted(set(days)):
        in_order = continued(in_order, day)
    told = sorted((day + data.draw(DELAYS), data.draw(TIES), day) for day in days)
    for _, _, day in told:
        late = continued(late, day)

    assert in_order is not None
    assert late is not None
    assert (in_order.current, in_order.longest, in_order.last_day) == (
        late.current,
        late.longest,
        late.last_day,
    )


@given(DENSE_DAYS, DENSE_DAYS)
def test_no_day_makes_a_streak_shorter(days: list[date], told: list[date]) -> None:
    """A day before the last never lowers what there is, nor does a day that was counted."""
    streak = None
    for day in sorted(days):
        streak = continued(streak, day)
    assert streak is not None
    for day in told:
        after = streak.continued_on(day)
        if day <= streak.last_day:
            assert (after.current, after.last_day) >= (streak.current, streak.last_day)
            assert after.length_on(streak.last_day) >= streak.current
        assert after.longest >= streak.longest
        assert after.continued_on(day) == after
        streak = after


@given(DENSE_DAYS, st.integers(0, 12), st.integers(-20_000, 20_000))
def test_clock_that_was_wrong_once(days: list[date], at: int, wrong: int) -> None:
    """One day that a wrong clock counted costs that day at most, however far away it is."""
    streak = None
    counted = sorted(set(days))
    for place, day in enumerate(counted):
        if place == at:
            streak = continued(streak, counted[-1] + timedelta(days=wrong))
        streak = continued(streak, day)

    assert streak is not None
    assert lengths_of_runs(days)[-1] <= streak.length_on(counted[-1])


def test_stored_runs() -> None:
    """A run that overlaps the streak is none, and one stands in for a streak that is none."""
    day, before = TODAY.isoformat().encode(), (TODAY - 2 * ONE_DAY).isoformat().encode()

    assert Streak(1, 5, TODAY, Run(3, TODAY - 2 * ONE_DAY)) == read_streak(1, 5, day, 3, before)
    assert Streak(3, 5, TODAY) == read_streak(3, 5, day, 3, before)
    assert Streak(3, 5, TODAY - 2 * ONE_DAY) == read_streak(1, 5, b"2999-01-01", 3, before)
    assert Streak(0, 5, date.min) == read_streak(1, 5, b"ayer", None, None)


def lengths_of_runs(days: list[date]) -> list[int]:
    """Cut the days into runs without a gap, and return how long each is."""
    lengths = [1]
    for before, after in pairwise(sorted(set(days))):
        if after - before == ONE_DAY:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths
