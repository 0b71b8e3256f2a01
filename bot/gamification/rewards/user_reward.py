"""A member's own rewards, as the rows have them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_

from bot.database.constructs import as_stored, raw
from bot.gamification.calendar import Calendar
from bot.gamification.level_formula import MAX_LEVEL, MAX_TOTAL_EARNED
from bot.gamification.models import UserRewardRow
from bot.gamification.rewards.conditions import Baseline
from bot.gamification.stored import Problem, read_moment
from bot.gamification.types import UserRewardStatus


@dataclass(frozen=True, slots=True)
class UserReward:
    """A reward that the member has unlocked at some time.

    One with a problem is left out: it is claimed or expired, and never unlocks anew.
    `stored` is what a write that relies on the times compares: how the row has them.
    """

    id: int
    reward_id: int
    status: UserRewardStatus
    unlocked_at: datetime
    expires_at: datetime
    baseline: Baseline
    claims: int = 0
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    stored: tuple[Any, Any] = field(default=(None, None), compare=False)

    def status_at(self, now: datetime) -> UserRewardStatus:
        """Return the status; an unclaimed reward expires by itself when its time is over.

        Only the time decides: a clock that was wrong may have written EXPIRED too early.
        """
        if self.status is UserRewardStatus.CLAIMED:
            return self.status
        is_over = self.expires_at <= now
        return UserRewardStatus.EXPIRED if is_over else UserRewardStatus.UNLOCKED

    def as_read(self) -> ColumnElement[bool]:
        """Return the condition that the row still has the times that were read."""
        return as_read(self.id, *self.stored)


def as_read(held_id: Any, unlocked_at: Any, expires_at: Any) -> ColumnElement[bool]:
    """Return the condition that a row still has the times that were read."""
    return and_(
        _rewards.id == held_id,
        as_stored(_rewards.unlocked_at) == unlocked_at,
        as_stored(_rewards.expires_at) == expires_at,
    )


_rewards = UserRewardRow.__table__.c
USER_REWARD_COLUMNS = (
    _rewards.id.label("held_id"),
    _rewards.reward_id,
    raw(_rewards.status).label("status"),
    as_stored(_rewards.unlocked_at).label("unlocked_at"),
    as_stored(_rewards.expires_at).label("expires_at"),
    _rewards.claims,
    _rewards.baseline_earned,
    _rewards.baseline_spent,
    _rewards.baseline_level,
)
_STATUSES: Final = {status.value: status for status in UserRewardStatus}
_NUMBERS: Final = (
    ("claims", 1_000_000),
    ("baseline_earned", MAX_TOTAL_EARNED),
    ("baseline_spent", MAX_TOTAL_EARNED),
    ("baseline_level", MAX_LEVEL),
)
#: Stands for a time of a row that is left out.
_UNKNOWN: Final = datetime(1, 1, 1, tzinfo=UTC)


def read_user_reward(row: Any, calendar: Calendar) -> UserReward:
    """Read a row that has `USER_REWARD_COLUMNS`."""
    status = _STATUSES.get(row.status)
    unlocked_at, expires_at = read_moment(row.unlocked_at), read_moment(row.expires_at)
    if (
        status is None
        or unlocked_at is None
        or expires_at is None
        or not all(_is_number(getattr(row, name), most) for name, most in _NUMBERS)
    ):
        return _left_out(row)
    return UserReward(
        id=row.held_id,
        reward_id=row.reward_id,
        status=status,
        unlocked_at=unlocked_at,
        expires_at=expires_at,
        claims=row.claims,
        baseline=Baseline(
            day=calendar.day(unlocked_at),
            total_earned=row.baseline_earned,
            total_spent=row.baseline_spent,
            level=row.baseline_level,
        ),
        stored=(row.unlocked_at, row.expires_at),
    )


def _is_number(value: Any, most: int) -> bool:
    # Fractions have been written, where a setting held one.
    return (type(value) is int or type(value) is float) and 0 <= value <= most


def _left_out(row: Any) -> UserReward:
    readable = {
        "status": row.status in _STATUSES,
        "unlocked_at": read_moment(row.unlocked_at) is not None,
        "expires_at": read_moment(row.expires_at) is not None,
        **{name: _is_number(getattr(row, name), most) for name, most in _NUMBERS},
    }
    claimed = row.status == UserRewardStatus.CLAIMED
    return UserReward(
        id=row.held_id,
        reward_id=row.reward_id,
        status=UserRewardStatus.CLAIMED if claimed else UserRewardStatus.EXPIRED,
        unlocked_at=_UNKNOWN,
        expires_at=_UNKNOWN,
        claims=int(claimed),  # the badge stays
        baseline=Baseline(_UNKNOWN.date(), 0, 0, 1),
        problems=tuple(
            Problem.of(UserRewardRow.__tablename__, row.held_id, name, getattr(row, name))
            for name, is_readable in readable.items()
            if not is_readable
        ),
    )
