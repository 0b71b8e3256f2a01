"""Tables of the bot, for SQLAlchemy Core only: no Session ever meets these classes.

What the database can hold to, the database holds to. Defaults are the server's, so that a row
inserted by hand is as whole as one of ours.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import Base, Json, SurrogateId, UtcDateTime
from bot.database.outbox import OutboxMessageRow
from bot.gamification.config import SETTINGS, ConfigDefinition
from bot.gamification.types import (
    ConditionType,
    RewardType,
    StreakType,
    TransactionType,
    UserRewardStatus,
)
from bot.seeding.tables import marker_table, runs_table

#: On SQLite, which else gives the id of a deleted last row to the next one.
_IDS_ONCE = {"sqlite_autoincrement": True}


def _one_of(values: type[StrEnum]) -> Enum:
    # Text with a CHECK: PostgreSQL's own enum types cannot change inside a transaction.
    return Enum(values, native_enum=False, create_constraint=True, length=32)


class UserRow(Base):
    """A member as Telegram knows them."""

    __tablename__ = "users"

    # BIGINT, not INTEGER: on SQLite the key then has an index of its own, which is what
    # makes counting a million users a matter of milliseconds.
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    username: Mapped[str | None] = mapped_column(Text)
    first_name: Mapped[str] = mapped_column(Text)
    language_code: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


#: The first migration has named the CHECK of one setting by no rule.
_CHECK_NAMES = {"max_reactions_per_day": "max_reactions"}
_COUNTED = [
    name for name, field in ConfigDefinition.model_fields.items() if field.annotation is int
]


class BotConfigRow(Base):
    """The economy's settings as `ConfigDefinition` declares them, one row.

    NULL means the manifest's default.
    """

    __tablename__ = "bot_config"
    __table__ = Table(
        __tablename__,
        Base.metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        *(Column(name, Integer if name in _COUNTED else Text) for name in SETTINGS),
        Column(
            "updated_at",
            UtcDateTime,
            nullable=False,
            server_default=func.now(),
            onupdate=func.now(),
        ),
        CheckConstraint("id = 1", "single_row"),
        *(
            CheckConstraint(f"{name} >= 0", _CHECK_NAMES.get(name, name.removeprefix("besitos_")))
            for name in _COUNTED
        ),
    )


class AccountRow(Base):
    """A member's account: the sums of their ledger and the level that follows from them."""

    __tablename__ = "user_gamification_profiles"
    __table_args__ = (
        CheckConstraint("balance >= 0", "balance_not_negative"),
        CheckConstraint("balance = total_earned - total_spent", "balance_is_difference"),
        CheckConstraint("total_earned >= 0 AND total_spent >= 0", "totals_not_negative"),
        CheckConstraint("level >= 1", "level_at_least_one"),
        # The leaderboard's order, read backwards, so that a page of it reads no other rows.
        Index(None, "total_earned", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey(UserRow.user_id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    balance: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total_earned: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total_spent: Mapped[int] = mapped_column(BigInteger, server_default="0")
    level: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


class RewardRow(Base):
    """Something a member can unlock and claim. Retired by `is_active`, never deleted."""

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("claim_window_hours > 0", "claim_window_positive"),
        _IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    reward_type: Mapped[RewardType] = mapped_column(_one_of(RewardType))
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
        _IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    reward_id: Mapped[int] = mapped_column(ForeignKey(RewardRow.id, ondelete="CASCADE"), index=True)
    condition_type: Mapped[ConditionType] = mapped_column(_one_of(ConditionType))
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
        _IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(UserRow.user_id, ondelete="CASCADE"))
    reward_id: Mapped[int] = mapped_column(ForeignKey(RewardRow.id, ondelete="CASCADE"), index=True)
    status: Mapped[UserRewardStatus] = mapped_column(_one_of(UserRewardStatus))
    unlocked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often it was claimed in all: a badge stays when a repeatable reward begins anew.
    claims: Mapped[int] = mapped_column(server_default="0")
    # Where the member stood then: a repeatable reward counts from here to its next time.
    baseline_earned: Mapped[int] = mapped_column(BigInteger, server_default="0")
    baseline_spent: Mapped[int] = mapped_column(BigInteger, server_default="0")
    baseline_level: Mapped[int] = mapped_column(server_default="1")


class LedgerEntryRow(Base):
    """One line of the append-only ledger; a balance is the sum of its lines."""

    __tablename__ = "transactions"
    __table_args__ = (
        CheckConstraint("amount <> 0", "amount_not_zero"),
        Index(None, "user_id", "id"),
        _IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(UserRow.user_id, ondelete="RESTRICT"))
    amount: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[TransactionType] = mapped_column(_one_of(TransactionType))
    reason: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now(), index=True)


class StreakRow(Base):
    """Consecutive UTC days on which a member did something. `last_day` decides if it still runs.

    The run before the last gap is kept as well, for a late day that fills the gap.
    """

    __tablename__ = "user_streaks"
    __table_args__ = (CheckConstraint("current >= 1 AND longest >= current", "longest_is_longest"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserRow.user_id, ondelete="CASCADE"), primary_key=True
    )
    streak_type: Mapped[StreakType] = mapped_column(_one_of(StreakType), primary_key=True)
    current: Mapped[int]
    longest: Mapped[int]
    last_day: Mapped[date]
    previous_length: Mapped[int | None]
    previous_last_day: Mapped[date | None]


class ReactionRow(Base):
    """A message that a member has been paid for reacting to, once and for all."""

    __tablename__ = "user_reactions"
    __table_args__ = (Index(None, "user_id", "day"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserRow.user_id, ondelete="CASCADE"), primary_key=True
    )
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


class HeartbeatRow(Base):
    """When any process of the bot was last at work, one row for all."""

    __tablename__ = "bot_heartbeat"
    __table_args__ = (CheckConstraint("id = 1", "single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AdminActionRow(Base):
    """One line of the audit trail: who changed what, from what to what."""

    __tablename__ = "admin_actions"
    __table_args__ = _IDS_ONCE

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    admin_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json, nullable=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now(), index=True)


class AdminDialogRow(Base):
    """The question that an admin has open, if any, and what is known so far."""

    __tablename__ = "admin_dialogs"

    admin_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question: Mapped[str | None] = mapped_column(Text)
    known: Mapped[dict[str, Any]] = mapped_column(Json)


class FailedUpdateRow(Base):
    """An update of Telegram that never succeeded and was put aside, so that the next could."""

    __tablename__ = "failed_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Text on PostgreSQL too: its JSONB refuses a NUL, which may be what the update failed for.
    content: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    first_failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime)


#: The outbox knows nothing of the economy; it stands here because every table does.
OUTBOX_MESSAGES = OutboxMessageRow.__table__
SEED_MARKER = marker_table(Base.metadata)
SEED_RUNS = runs_table(Base.metadata)
