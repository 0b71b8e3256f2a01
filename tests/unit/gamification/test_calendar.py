"""The community's calendar: days by its time zone, through changes of clocks and of the zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.calendar import UTC_CALENDAR, Calendar, make_calendar
from bot.gamification.streaks import Streak, continued

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 12
#: Zones without changes of clocks, where a day has 24 hours unless the zone is changed.
ZONES = st.integers(-14, 12).map(lambda hours: f"Etc/GMT{hours:+d}" if hours else "UTC")
MOMENTS = st.integers(0, DAYS * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
CHANGES = st.lists(st.tuples(MOMENTS, ZONES), max_size=5)


def in_zone(name: str) -> Calendar:
    return make_calendar([(LONG_AGO, name)])


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", datetime(2026, 3, 2, 23, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Europe/Madrid", datetime(2026, 3, 2, 22, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Europe/Madrid", datetime(2026, 3, 2, 23, 0, tzinfo=UTC), date(2026, 3, 3)),
        # Summer time has begun: midnight is an hour earlier.
        ("Europe/Madrid", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        ("America/Mexico_City", datetime(2026, 3, 3, 5, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Asia/Kathmandu", datetime(2026, 3, 2, 18, 15, tzinfo=UTC), date(2026, 3, 3)),
    ],
)
def test_day(zone: str, moment: datetime, day: date) -> None:
    """A day begins at the midnight of the zone, also after a change of clocks."""
    assert day == in_zone(zone).day(moment)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Madrid", date(2026, 3, 29), 23),
        ("Europe/Madrid", date(2026, 10, 25), 25),
        ("Europe/Madrid", date(2026, 3, 30), 24),
        # The clock jumps from midnight to one: the day begins when it does.
        ("America/Havana", date(2026, 3, 8), 23),
        # And from one back to midnight: that is twice, and the day begins with the first.
        ("America/Havana", date(2026, 11, 1), 25),
        # From midnight back to eleven: the evening before is twice.
        ("America/Santiago", date(2026, 4, 4), 25),
    ],
)
def test_start(zone: str, day: date, hours: int) -> None:
    """A day lasts until the next begins, and both ends are in no other day."""
    calendar = in_zone(zone)
    start, end = calendar.start(day), calendar.start(day + timedelta(days=1))

    assert timedelta(hours=hours) == end - start
    instant = timedelta(microseconds=1)
    assert [day - timedelta(days=1), day, day, day + timedelta(days=1)] == [
        calendar.day(moment) for moment in (start - instant, start, end - instant, end)
    ]


def test_late_moments_are_by_the_zone_of_then() -> None:
    """What happened before a change is in the day that it was then."""
    changed = datetime(2026, 3, 2, 12, tzinfo=UTC)
    calendar = make_calendar([(changed, "America/New_York")])

    assert date(2026, 3, 2) == calendar.day(datetime(2026, 3, 2, 2, tzinfo=UTC))
    assert date(2026, 3, 2) == calendar.day(datetime(2026, 3, 3, 2, tzinfo=UTC))


def test_day_goes_on_to_the_west() -> None:
    """The third has begun by the old zone, so it is not the second again by the new one."""
    changed = datetime(2026, 3, 3, 2, tzinfo=UTC)
    calendar = make_calendar([(changed, "America/New_York")])

    assert date(2026, 3, 3) == calendar.day(changed)
    assert date(2026, 3, 3) == calendar.day(datetime(2026, 3, 4, 4, 59, tzinfo=UTC))
    assert date(2026, 3, 4) == calendar.day(datetime(2026, 3, 4, 5, tzinfo=UTC))
    assert frozenset() == calendar.short_days


@pytest.mark.parametrize(
    ("hour", "short"),
    [(6, [2]), (20, [2, 3])],
)
def test_days_cut_short_to_the_east(hour: int, short: list[int]) -> None:
    """A change that puts the clock forward cuts its day short, and the one that it begins."""
    calendar = make_calendar([(datetime(2026, 3, 2, hour, tzinfo=UTC), "Asia/Tokyo")])

    assert {date(2026, 3, day) for day in short} == calendar.short_days


def test_unknown_zones_are_left_out() -> None:
    """A name that this host knows nothing of changes nothing."""
    assert UTC_CALENDAR == make_calendar([(START, "Mars/Olympus"), (START, "localtime")])


def test_edges_of_time() -> None:
    """No moment that a database may hold is too early or too late for a day."""
    calendar = in_zone("America/New_York")
    early, late = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

    assert date.min == make_calendar([(early, "America/New_York")]).day(early)
    assert late == in_zone("Asia/Tokyo").local(late)
    assert early == calendar.local(early)


@given(changes=CHANGES, moments=st.lists(MOMENTS, min_size=2))
def test_no_day_comes_again(changes: list[tuple[datetime, str]], moments: list[datetime]) -> None:
    """Whatever the zone changes to, time goes on from day to day and never back."""
    calendar = make_calendar(changes)
    days = [calendar.day(moment) for moment in sorted(moments)]

    assert sorted(days) == days


@given(changes=CHANGES, minute=st.integers(0, 24 * 60 - 1))
def test_streak_survives_every_change(changes: list[tuple[datetime, str]], minute: int) -> None:
    """Who comes every 24 hours keeps the streak."""
    first = START + timedelta(minutes=minute)
    streak = _come(changes, [first + timedelta(days=n) for n in range(DAYS + 3)])[1]

    assert streak.previous is None


@given(changes=CHANGES)
def test_no_day_is_gained(changes: list[tuple[datetime, str]]) -> None:
    """Who comes every hour is paid for no more days than the farthest zones can make of it."""
    paid, streak = _come(changes, [START + timedelta(hours=n) for n in range(DAYS * 24)])

    assert len(paid) == len(set(paid)) <= DAYS + 2
    assert streak.previous is None


def _come(
    changes: list[tuple[datetime, str]], moments: list[datetime]
) -> tuple[list[date], Streak]:
    """Do it at these moments, each with what is known by then; return what was paid."""
    paid: list[date] = []
    streak: Streak | None = None
    for moment in moments:
        calendar = make_calendar(change for change in changes if change[0] <= moment)
        day = calendar.day(moment)
        known = streak and streak.over(calendar.short_days, day)
        if known is None or not known.includes(day):
            paid.append(day)
            streak = continued(known, day)
    assert streak is not None
    return paid, streak
