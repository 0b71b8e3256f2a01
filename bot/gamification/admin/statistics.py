"""Statistics of the economy: circulation, active members, besitos earned and spent by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.books import earned_of
from bot.gamification.calendar import UTC_CALENDAR, Calendar
from bot.gamification.models import AccountRow, LedgerEntryRow, UserRow
from bot.gamification.types import BY_ADMINS

DAYS: Final = 14
ACTIVE_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class DailyTotals:
    """What all members earned and spent on one day, in besitos, both positive.

    What is undone that day is taken off.
    """

    day: date
    earned: int
    spent: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The economy at one moment; `days` are the last `DAYS` days, today last."""

    circulating: int
    members: int
    active_members: int
    days: tuple[DailyTotals, ...]


async def read_statistics(
    connection: AsyncConnection, now: datetime, calendar: Calendar = UTC_CALENDAR
) -> Statistics:
    """Count, by the days of `calendar`.

    Active is who moved besitos within the last `ACTIVE_DAYS` times 24 hours.
    """
    circulating = await connection.scalar(select(func.sum(AccountRow.balance)))
    members = await connection.scalar(
        # Who was forgotten goes on below zero, and is no member.
        select(func.count()).select_from(UserRow).where(UserRow.user_id > 0)
    )
    active = await connection.scalar(
        select(func.count(LedgerEntryRow.user_id.distinct())).where(
            LedgerEntryRow.created_at >= now - timedelta(days=ACTIVE_DAYS),
            LedgerEntryRow.created_at <= now,
            LedgerEntryRow.type.not_in(BY_ADMINS),
        )
    )
    first = calendar.local(now).date() - timedelta(days=DAYS - 1)
    starts = [calendar.start(first + timedelta(days=n)) for n in range(DAYS + 1)]
    flows = await _read_flows(connection, starts)
    return Statistics(
        circulating=int(circulating or 0),  # PostgreSQL adds big integers up to a Decimal
        members=members or 0,
        active_members=active or 0,
        days=tuple(
            DailyTotals(first + timedelta(days=n), *flows.get(n, (0, 0))) for n in range(DAYS)
        ),
    )


async def _read_flows(
    connection: AsyncConnection, starts: Sequence[datetime]
) -> Mapping[int, tuple[int, int]]:
    """Return earned and spent by the number of the day; the last start ends the last day."""
    # Days are told apart by their bounds: each engine has a date function of its own, and
    # PostgreSQL's would go by the session's time zone.
    day = case(*((LedgerEntryRow.created_at < end, n) for n, end in enumerate(starts[1:])))
    lines = (
        select(
            day.label("day"),
            LedgerEntryRow.amount,
            earned_of(LedgerEntryRow.type, LedgerEntryRow.amount).label("earned"),
        )
        .where(LedgerEntryRow.created_at >= starts[0], LedgerEntryRow.created_at < starts[-1])
        .subquery()
    )
    rows = await connection.execute(
        select(
            lines.c.day,
            func.sum(lines.c.earned),
            func.sum(lines.c.earned - lines.c.amount),
        ).group_by(lines.c.day)
    )
    return {day: (max(int(earned), 0), max(int(spent), 0)) for day, earned, spent in rows}
