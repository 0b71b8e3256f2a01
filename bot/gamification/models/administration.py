"""Tables of those who run the community: audit trail, dialogs, and what went wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import IDS_ONCE, Base, Json, SurrogateId, UtcDateTime


class AdminActionRow(Base):
    """One line of the audit trail: who changed what, from what to what.

    `undoes` is the line that it undoes, which no other can.
    """

    __tablename__ = "admin_actions"
    __table_args__ = (Index(None, "undoes", unique=True), IDS_ONCE)

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    admin_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json, nullable=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now(), index=True)
    undoes: Mapped[int | None] = mapped_column(BigInteger)


class AdminDialogRow(Base):
    """The question that an admin has open, if any, and what is known so far."""

    __tablename__ = "admin_dialogs"

    admin_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question: Mapped[str | None] = mapped_column(Text)
    known: Mapped[dict[str, Any]] = mapped_column(Json)


class HeartbeatRow(Base):
    """When any process of the bot was last at work, one row for all."""

    __tablename__ = "bot_heartbeat"
    __table_args__ = (CheckConstraint("id = 1", "single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
