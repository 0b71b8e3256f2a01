"""Give a profile to every user who has none: in slices, inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Select, and_, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.types import UtcDateTime
from bot.database.upsert import insert
from bot.gamification.models import User, UserGamificationProfile

#: Users that one statement looks at. Large enough to cost no more than a single statement for
#: all, small enough that progress moves and memory stays flat.
SLICE: Final = 50_000

# The tables, not the models: those would have SQLAlchemy configure every mapper, at each start.
_users = User.__table__.c
_profiles = UserGamificationProfile.__table__.c


class Progress(Protocol):
    """Is told how far the backfill is."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` users have been looked at."""


async def backfill_profiles(
    connection: AsyncConnection, *, users: int, missing: int, now: datetime, progress: Progress
) -> int:
    """Insert the `missing` profiles of `users` users; return how many were really inserted.

    Existing profiles stay as they are, also those that a live replica inserts meanwhile.
    """
    created = done = 0
    after: int | None = None
    insert_slice = _insert_each if missing == users else _insert_missing
    while True:
        last: int | None = await connection.scalar(_end_of_slice(after))
        result = await connection.execute(insert_slice(connection.dialect.name, after, last, now))
        created += result.rowcount
        done = users if last is None else min(done + SLICE, users)
        progress(done, users)
        if last is None:
            return created
        after = last


async def users_without_profile(connection: AsyncConnection) -> Sequence[int]:
    """Return the ids of the users whom the backfill would give a profile, in its order."""
    return (
        await connection.scalars(
            select(_users.user_id).where(_without_profile(None, None)).order_by(_users.user_id)
        )
    ).all()


def _end_of_slice(after: int | None) -> Select[int]:
    ids = select(_users.user_id).where(_within(_users.user_id, after, None))
    return ids.order_by(_users.user_id).offset(SLICE - 1).limit(1)


def _insert_missing(dialect: str, after: int | None, last: int | None, now: datetime) -> Any:
    # NOT EXISTS alone would race with a live replica that registers a member;
    # ON CONFLICT alone would try every row that is there already.
    return _insert(dialect, _new_profiles(after, last, now).where(_without_profile(after, last)))


def _insert_each(dialect: str, after: int | None, last: int | None, now: datetime) -> Any:
    # With nobody to skip, NOT EXISTS would only make SQLite copy its result before inserting.
    return _insert(dialect, _new_profiles(after, last, now))


def _new_profiles(after: int | None, last: int | None, now: datetime) -> Any:
    time = literal(now, UtcDateTime)
    return (
        select(_users.user_id, literal(0), literal(0), literal(0), literal(1), time, time)
        .where(_within(_users.user_id, after, last))
        .order_by(_users.user_id)
    )


def _insert(dialect: str, profiles: Any) -> Any:
    amounts = ["balance", "total_earned", "total_spent", "level"]
    return (
        insert(dialect, UserGamificationProfile)
        .from_select(["user_id", *amounts, "created_at", "updated_at"], profiles)
        .on_conflict_do_nothing(index_elements=[_profiles.user_id])
    )


def _without_profile(after: int | None, last: int | None) -> ColumnElement[bool]:
    # The bounds stand here too, or PostgreSQL may read all profiles for every slice.
    profile = select(_profiles.user_id).where(
        _profiles.user_id == _users.user_id, _within(_profiles.user_id, after, last)
    )
    return ~profile.exists()


def _within(column: Any, after: int | None, last: int | None) -> ColumnElement[bool]:
    bounds = [] if after is None else [column > after]
    return and_(True, *bounds, *([] if last is None else [column <= last]))  # noqa: FBT003
