"""Everything about one member that an update may need, in one statement and under a row lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.database.prepared import Prepared
from bot.gamification.models import (
    StreakType,
    User,
    UserGamificationProfile,
    UserReaction,
    UserReward,
    UserRewardStatus,
    UserStreak,
)
from bot.gamification.rewards.rules import Baseline, Facts
from bot.gamification.streaks import Streak


@dataclass(frozen=True, slots=True)
class Member:
    """A person as Telegram shows them in an update."""

    user_id: int
    username: str | None
    first_name: str
    language_code: str | None


@dataclass(frozen=True, slots=True)
class HeldReward:
    """A reward that the member has unlocked at some time."""

    id: int
    reward_id: int
    status: UserRewardStatus
    unlocked_at: datetime
    expires_at: datetime
    baseline: Baseline
    claims: int = 0

    def status_at(self, now: datetime) -> UserRewardStatus:
        """Return the status; an unclaimed reward expires by itself when its time is over."""
        if self.status is UserRewardStatus.UNLOCKED and self.expires_at <= now:
            return UserRewardStatus.EXPIRED
        return self.status


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member's account as it stands in this transaction; amounts are besitos."""

    user_id: int
    balance: int
    total_earned: int
    total_spent: int
    level: int
    reactions_today: int
    streaks: Mapping[StreakType, Streak]
    rewards: Mapping[int, HeldReward]

    def facts(self, today: date) -> Facts:
        """Return what reward conditions are about."""
        return Facts(
            today=today,
            total_earned=self.total_earned,
            total_spent=self.total_spent,
            level=self.level,
            streaks=self.streaks,
        )


async def load_member(
    connection: AsyncConnection, user_id: int, today: date
) -> tuple[Member, MemberState] | None:
    """Return a member with their account, or None if they are not registered.

    On PostgreSQL the profile's row stays locked until the transaction ends, so that two updates
    of one member come one after the other; on SQLite the whole transaction is alone.
    """
    parameters = {"user_id": user_id, "today": today}
    rows = (await _MEMBER.execute(connection, parameters)).rows
    if not rows and await _wait_for_lock(connection, user_id):
        rows = (await _MEMBER.execute(connection, parameters)).rows
    if not rows:
        return None
    first = rows[0]
    member = Member(first.user_id, first.username, first.first_name, first.language_code)
    return member, MemberState(
        user_id=first.user_id,
        balance=first.balance,
        total_earned=first.total_earned,
        total_spent=first.total_spent,
        level=first.level,
        reactions_today=first.reactions_today,
        streaks=dict(_streaks(first)),
        rewards={row.reward_id: held_reward(row) for row in rows if row.reward_id is not None},
    )


HELD_COLUMNS = (
    UserReward.id.label("held_id"),
    UserReward.reward_id,
    UserReward.status,
    UserReward.unlocked_at,
    UserReward.expires_at,
    UserReward.claims,
    UserReward.baseline_earned,
    UserReward.baseline_spent,
    UserReward.baseline_level,
)
_profile = UserGamificationProfile
_gift = aliased(UserStreak)
_reaction = aliased(UserStreak)
_user_id = bindparam("user_id", type_=BigInteger)
_reactions_today = (
    select(func.count())
    .select_from(UserReaction)
    .where(UserReaction.user_id == _user_id, UserReaction.day == bindparam("today", type_=Date))
    .scalar_subquery()
)


def _of(streak: Any, kind: StreakType) -> Any:
    return (streak.user_id == User.user_id) & (streak.streak_type == kind)


def _columns(streak: Any, name: str) -> list[Any]:
    return [
        streak.current.label(f"{name}_current"),
        streak.longest.label(f"{name}_longest"),
        streak.last_day.label(f"{name}_last_day"),
    ]


_MEMBER = Prepared(
    lambda _: (
        select(
            User.user_id,
            User.username,
            User.first_name,
            User.language_code,
            _profile.balance,
            _profile.total_earned,
            _profile.total_spent,
            _profile.level,
            _reactions_today.label("reactions_today"),
            *_columns(_gift, "gift"),
            *_columns(_reaction, "reaction"),
            *HELD_COLUMNS,
        )
        .join(_profile, _profile.user_id == User.user_id)
        .outerjoin(_gift, _of(_gift, StreakType.DAILY_GIFT))
        .outerjoin(_reaction, _of(_reaction, StreakType.REACTION))
        .outerjoin(UserReward, UserReward.user_id == User.user_id)
        .where(User.user_id == _user_id)
        # A statement that waits for a row sees that row anew, but all others as they were before it
        # waited. So this one does not wait: see _wait_for_lock. In the moment between its snapshot
        # and its lock the same may happen all the same, rarely: whatever is written checks what
        # was read, and refuses.
        .with_for_update(of=_profile, skip_locked=True)
    )
)
_LOCK = select(_profile.user_id).where(_profile.user_id == _user_id).with_for_update()


async def _wait_for_lock(connection: AsyncConnection, user_id: int) -> bool:
    """Wait for another turn of the member, if that is why they were not found."""
    if connection.dialect.name == "sqlite":
        return False
    return await connection.scalar(_LOCK, {"user_id": user_id}) is not None


def _streaks(row: Any) -> list[tuple[StreakType, Streak]]:
    found = []
    if row.gift_current is not None:
        gift = Streak(row.gift_current, row.gift_longest, row.gift_last_day)
        found.append((StreakType.DAILY_GIFT, gift))
    if row.reaction_current is not None:
        reaction = Streak(row.reaction_current, row.reaction_longest, row.reaction_last_day)
        found.append((StreakType.REACTION, reaction))
    return found


def held_reward(row: Any) -> HeldReward:
    """Read a row that has `HELD_COLUMNS`."""
    return HeldReward(
        id=row.held_id,
        reward_id=row.reward_id,
        status=row.status,
        unlocked_at=row.unlocked_at,
        expires_at=row.expires_at,
        claims=row.claims,
        baseline=Baseline(
            day=row.unlocked_at.date(),
            total_earned=row.baseline_earned,
            total_spent=row.baseline_spent,
            level=row.baseline_level,
        ),
    )
