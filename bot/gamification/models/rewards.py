"""Tables of the rewards: what there is to unlock, by what, and who has."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import IDS_ONCE, Base, Json, SurrogateId, UtcDateTime, one_of
from bot.gamification.models.members import UserRow
from bot.gamification.types import ConditionType, RewardType, UserRewardStatus


class RewardRow(Base):
    """Something a member can unlock and claim. Retired by `is_active`, never deleted."""

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("claim_window_hours > 0", "claim_window_positive"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    reward_type: Mapped[RewardType] = mapped_column(one_of(RewardType))
    reward_value: Mapped[dict[str, Any]] = mapped_column(Json)
    is_active: Mapped[bool] = mapped_column(server_default=true())
    is_repeatable: Mapped[bool] = mapped_column(server_default=false())
    is_secret: Mapped[bool] = mapped_column(server_default=false())
    claim_window_hours: Mapped[int]
    sort_order: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, server_default=func.now(), onupdate=func.now()
    )


class RewardConditionRow(Base):
    """All conditions of group 0 must hold, and one of each further group."""

    __tablename__ = "reward_conditions"
    __table_args__ = (
        CheckConstraint("condition_value >= 1", "value_positive"),
        CheckConstraint("condition_group >= 0", "group_not_negative"),
        CheckConstraint(
            "(condition_type IN ('FIRST_REACTION', 'FIRST_DAILY_GIFT'))"
            " = (condition_value IS NULL)",
            "value_where_counted",
        ),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    reward_id: Mapped[int] = mapped_column(ForeignKey(RewardRow.id, ondelete="CASCADE"), index=True)
    condition_type: Mapped[ConditionType] = mapped_column(one_of(ConditionType))
    condition_value: Mapped[int | None] = mapped_column(BigInteger)
    condition_group: Mapped[int] = mapped_column(server_default="0")


class UserRewardRow(Base):
    """A reward that a member has unlocked."""

    __tablename__ = "user_rewards"
    __table_args__ = (
        UniqueConstraint("user_id", "reward_id"),
        CheckConstraint(
            "(status = 'CLAIMED') = (claimed_at IS NOT NULL)", "claimed_at_when_claimed"
        ),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(UserRow.user_id, ondelete="CASCADE"))
    reward_id: Mapped[int] = mapped_column(ForeignKey(RewardRow.id, ondelete="CASCADE"), index=True)
    status: Mapped[UserRewardStatus] = mapped_column(one_of(UserRewardStatus))
    unlocked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often it was claimed in all: a badge stays when a repeatable reward begins anew.
    claims: Mapped[int] = mapped_column(server_default="0")
    # Where the member stood then: a repeatable reward counts from here to its next time.
    baseline_earned: Mapped[int] = mapped_column(BigInteger, server_default="0")
    baseline_spent: Mapped[int] = mapped_column(BigInteger, server_default="0")
    baseline_level: Mapped[int] = mapped_column(server_default="1")
