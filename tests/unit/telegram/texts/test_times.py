"""Moments and durations in people's words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.gamification.calendar import UTC_CALENDAR, make_calendar
from bot.telegram.texts import times

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
BOGOTA = make_calendar([(NOW - timedelta(days=9), "America/Bogota")])


@pytest.fixture
def in_bogota() -> Iterator[None]:
    """Tell times as to a member there, at half past six in the evening."""
    times.tell_time_by(BOGOTA, NOW)
    yield
    times.tell_time_by(UTC_CALENDAR, None)


@pytest.mark.usefixtures("in_bogota")
@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-1, "hoy a las 17:30"),
        (5, "hoy a las 23:30"),
        (6, "mañana a las 00:30"),
        (30, "el 4 mar 2026 a las 00:30"),
        (7, "mañana a la 01:30"),
        (31, "el 4 mar 2026 a la 01:30"),
        (-24, "el 1 mar 2026 a las 18:30"),
    ],
)
def test_moment(spanish: None, hours: int, expected: str) -> None:
    """Today and tomorrow are those of the community, and so is the clock."""
    assert expected == times.moment(NOW + timedelta(hours=hours))


@pytest.mark.usefixtures("in_bogota")
def test_moments_in_english(english: None) -> None:
    """The same in English, in the same one form of a date."""
    assert ["today at 18:30", "3 Mar 2026 18:30", "3 Mar", "–"] == [
        times.moment(NOW),
        times.stamp(NOW + timedelta(days=1)),
        times.short_day(NOW.date() + timedelta(days=1)),
        times.stamp(None),
    ]


@pytest.mark.usefixtures("in_bogota")
def test_there(spanish: None) -> None:
    """An admin sees what the clock shows in a zone; for none that exists there is nothing."""
    assert ["🕐 Hora de allí: 00:30 (3 mar 2026).", ""] == [
        times.there("Europe/Madrid"),
        times.there("Mars/Olympus"),
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (1, "1 hora"),
        (24, "1 día"),
        (36, "36 horas"),
        (168, "7 días"),
        (24_000, "1\N{NO-BREAK SPACE}000 días"),
    ],
)
def test_duration(spanish: None, hours: int, expected: str) -> None:
    """Whole days are days."""
    assert expected == times.duration(hours)
