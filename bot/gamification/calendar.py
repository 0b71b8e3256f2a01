"""Calendar of the community: its days by its time zone, and through changes of the zone.

A change of the zone never repeats a day: to the west the day on which it is made goes on until the
new zone's clock has passed it. To the east days are cut short, and who misses one keeps the streak.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.base import UtcDateTime
from bot.database.constructs import as_stored, insert
from bot.gamification.models import TimezoneChangeRow
from bot.gamification.stored import read_moment, read_text
from bot.gamification.zones import load_zone

#: Whatever came before the first change that is on record.
FIRST_ZONE: Final = "UTC"
#: Changes that may still matter: no update is more than two days late.
_MOST_CHANGES: Final = 8

Change = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Period:
    """A time zone in force since a moment, which was in the community's `first_day`."""

    name: str
    zone: tzinfo
    since: datetime
    first_day: date

    def local(self, moment: datetime) -> datetime:
        """Return the moment by this zone's clock."""
        try:
            return moment.astimezone(self.zone)
        except OverflowError:  # within hours of year 1 or 9999
            return moment

    def day(self, moment: datetime) -> date:
        """Return the day in which the moment is."""
        return max(self.local(moment).date(), self.first_day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The community's days; `short_days` are those that changes of the zone have cut short."""

    periods: tuple[Period, ...]
    short_days: frozenset[date] = frozenset()

    @property
    def timezone(self) -> str:
        """The name of the zone in force."""
        return self.periods[-1].name

    def day(self, moment: datetime) -> date:
        """Return the day of a moment, by the zone that was in force then."""
        for period in reversed(self.periods):
            if period.since <= moment:
                return period.day(moment)
        return self.periods[0].day(moment)

    def local(self, moment: datetime) -> datetime:
        """Return a moment by the clock on the wall."""
        return self.periods[-1].local(moment)

    def start(self, day: date) -> datetime:
        """Return when a day begins: at midnight, or when the clock jumps over that."""
        return datetime.combine(day, time(), tzinfo=self.periods[-1].zone).astimezone(UTC)


def make_calendar(changes: Iterable[Change] = ()) -> Calendar:
    """Return the calendar of a community whose zone changed at these moments; it began with UTC."""
    periods = [Period(FIRST_ZONE, UTC, datetime.min.replace(tzinfo=UTC), date.min)]
    for since, name in sorted(changes):
        if zone := load_zone(name):
            here = Period(name, zone, since, date.min)
            first_day = max(periods[-1].day(since), here.day(since))
            periods.append(replace(here, first_day=first_day))
    short = (day for before, after in pairwise(periods) for day in _cut_short(before, after))
    return Calendar(tuple(periods), frozenset(short))


def _cut_short(before: Period, after: Period) -> Iterable[date]:
    """Return the days that ended early, began late or never came as a change put clocks forward."""
    old, new = (one.local(after.since).replace(tzinfo=None) for one in (before, after))
    if new <= old:
        return ()
    ended = before.day(after.since)
    return (ended + timedelta(days=n) for n in range((after.first_day - ended).days + 1))


UTC_CALENDAR: Final = make_calendar()


async def read_changes(connection: AsyncConnection, now: datetime) -> list[Change]:
    """Return the latest changes of the zone; those to come are a wrong clock's."""
    rows = await connection.execute(_LATEST, {"now": now})
    found = [(read_moment(since), read_text(name)) for since, name in rows]
    return [(since, name) for since, name in found if since and name]


async def record_change(connection: AsyncConnection, since: datetime, name: str) -> Change:
    """Write down that `name` is in force since a moment, and return that."""
    statement = insert(connection.dialect.name, TimezoneChangeRow)
    await connection.execute(statement.values(since=since, timezone=name).on_conflict_do_nothing())
    return since, name


_change = TimezoneChangeRow
# Updates that are at work together find a change together, and each has written it down.
_since_before = (
    select(
        _change.since,
        _change.timezone,
        func.lag(_change.timezone).over(order_by=_change.since).label("before"),
    )
    .where(_change.since <= bindparam("now", type_=UtcDateTime))
    .subquery()
)
_LATEST = (
    select(as_stored(_since_before.c.since), as_stored(_since_before.c.timezone))
    .where(_since_before.c.timezone.is_distinct_from(_since_before.c.before))
    .order_by(_since_before.c.since.desc())
    .limit(_MOST_CHANGES)
)
