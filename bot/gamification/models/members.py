"""Tables of the members: who they are, what they own and how they came by it; who was forgotten."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Text,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import IDS_ONCE, Base, SurrogateId, UtcDateTime, one_of
from bot.gamification.types import StreakType, TransactionType


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
    # Who was forgotten and has come back goes on in the ledger's references under the number that
    # they had there before, so that nothing is paid twice.
    ledger_id: Mapped[int | None] = mapped_column(BigInteger)
    # The language that they have chosen, None for that of their Telegram.
    locale: Mapped[str | None] = mapped_column(Text)


class MemberNameRow(Base):
    """What a member is found by: see `bot.gamification.registration`."""

    __tablename__ = "member_names"
    __table_args__ = (PrimaryKeyConstraint("term", "user_id"),)

    # Compared byte by byte on both engines, so that a range of the index is all that begins alike.
    term: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))
    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserRow.user_id, ondelete="CASCADE"), index=True
    )


class AccountRow(Base):
    """A member's account: the sums of their ledger and the level that follows from them."""

    __tablename__ = "user_gamification_profiles"
    __table_args__ = (
        CheckConstraint("balance >= 0", "balance_not_negative"),
        CheckConstraint("balance = total_earned - total_spent", "balance_is_difference"),
        CheckConstraint("total_earned >= 0 AND total_spent >= 0", "totals_not_negative"),
        CheckConstraint("level >= 1", "level_at_least_one"),
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
    # The part of `total_spent` that admins have taken, which no condition counts as spending.
    total_taken: Mapped[int] = mapped_column(BigInteger, server_default="0")
    level: Mapped[int] = mapped_column(server_default="1")
    # The ledger's last entry that raised `total_earned`: of equal totals the lower was first.
    last_earned_id: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    # When they left the community or were forgotten; they are on no leaderboard since.
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# The leaderboard's order and its members, so that a page or a rank reads nothing else.
_on_leaderboard = AccountRow.left_at.is_(None)
Index(
    "ix_user_gamification_profiles_ranking",
    AccountRow.total_earned.desc(),
    AccountRow.last_earned_id,
    AccountRow.user_id,
    postgresql_where=_on_leaderboard,
    sqlite_where=_on_leaderboard,
)


class LedgerEntryRow(Base):
    """One line of the append-only ledger; a balance is the sum of its lines.

    A negative ADMIN_GRANT is one that was undone, a positive ADMIN_TAKE likewise.
    """

    __tablename__ = "transactions"
    __table_args__ = (
        CheckConstraint("amount <> 0", "amount_not_zero"),
        Index(None, "user_id", "id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(UserRow.user_id, ondelete="RESTRICT"))
    amount: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[TransactionType] = mapped_column(one_of(TransactionType))
    reason: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now(), index=True)


class StreakRow(Base):
    """Consecutive days on which a member did something. `last_day` decides if it still runs.

    The run before the last gap is kept as well, for a late day that fills the gap.
    """

    __tablename__ = "user_streaks"
    __table_args__ = (CheckConstraint("current >= 1 AND longest >= current", "longest_is_longest"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserRow.user_id, ondelete="CASCADE"), primary_key=True
    )
    streak_type: Mapped[StreakType] = mapped_column(one_of(StreakType), primary_key=True)
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


class ForgottenMemberRow(Base):
    """A person who was forgotten; `digest` is their Telegram id under the database's secret.

    `user_id` has the rows that were theirs last, `ledger_id` stands for them in references.
    """

    __tablename__ = "forgotten_members"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    ledger_id: Mapped[int] = mapped_column(BigInteger)


class DatabaseSecretRow(Base):
    """A random secret of this database's own, made when it is first needed."""

    __tablename__ = "database_secrets"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
