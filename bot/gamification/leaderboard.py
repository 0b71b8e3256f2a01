"""Leaderboard pages and ranks, as fast with a million members as with ten thousand."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_number, as_stored
from bot.gamification.account import Account
from bot.gamification.models import AccountRow, UserRow
from bot.gamification.stored import read_text

PAGE: Final = 10
#: Nobody counts further than this; beyond it a rank is just "beyond".
LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """One member on the leaderboard; `total_earned` in besitos."""

    rank: int
    first_name: str
    total_earned: int
    level: int


@dataclass(frozen=True, slots=True)
class LeaderboardPage:
    """One page, counted from 0."""

    rows: tuple[LeaderboardRow, ...]
    page: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """A member's rank, None when it lies beyond `limit`, or when they have left every chat."""

    rank: int | None
    limit: int = LIMIT
    has_left: bool = False


async def read_page(connection: AsyncConnection, page: int) -> LeaderboardPage:
    """Return a page; pages beyond `LIMIT` are empty."""
    page = min(max(page, 0), LIMIT // PAGE)
    ranked = (
        select(_profile.user_id, _profile.total_earned, _profile.last_earned_id, _profile.level)
        .where(_profile.left_at.is_(None))
        .order_by(*_BEST_FIRST)
        .offset(page * PAGE)
        .limit(min(PAGE + 1, LIMIT - page * PAGE))
        .subquery()
    )
    found = (
        await connection.execute(
            select(
                as_stored(UserRow.first_name).label("first_name"),
                as_number(ranked.c.total_earned).label("total_earned"),
                as_number(ranked.c.level).label("level"),
            )
            .join(ranked, ranked.c.user_id == UserRow.user_id)
            .order_by(ranked.c.total_earned.desc(), ranked.c.last_earned_id, ranked.c.user_id)
        )
    ).all()
    rows = tuple(
        LeaderboardRow(rank, read_text(row.first_name) or "", row.total_earned, row.level)
        for rank, row in enumerate(found[:PAGE], start=page * PAGE + 1)
    )
    return LeaderboardPage(rows, page, has_next=len(found) > PAGE)


async def read_rank(connection: AsyncConnection, account: Account) -> Rank:
    """Return a member's rank; of equal totals, whoever had it first is ahead.

    Two stretches of the index are counted, each only as far as anybody counts.
    """
    if account.has_left:
        return Rank(None, has_left=True)
    own = select(_profile.last_earned_id).where(_profile.user_id == account.user_id)
    entry = (_profile.last_earned_id, _profile.user_id)
    more = _profile.total_earned > account.total_earned
    equal = _profile.total_earned == account.total_earned
    earlier = tuple_(*entry) < tuple_(own.scalar_subquery(), literal(account.user_id))
    count = await connection.scalar(select(_count(more) + _count(and_(equal, earlier)))) or 0
    return Rank(count + 1 if count < LIMIT else None)


def _count(ahead: ColumnElement[bool]) -> ScalarSelect[int]:
    # In the index's order, or PostgreSQL may read the whole table where many have the same total.
    there = select(_profile.user_id).where(ahead, _profile.left_at.is_(None))
    found = there.order_by(*_BEST_FIRST).limit(LIMIT).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


_profile = AccountRow
_BEST_FIRST: Final = (_profile.total_earned.desc(), _profile.last_earned_id, _profile.user_id)
