"""Tables of the chats that the bot is or was in, and of the members who left one."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Text, func, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import Base, UtcDateTime, one_of
from bot.gamification.models.members import UserRow
from bot.gamification.types import AnnouncementMode


class ChatRow(Base):
    """A group or channel, and what the admins have decided for it."""

    __tablename__ = "chats"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[str | None] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    is_allowed: Mapped[bool] = mapped_column(server_default=true())
    announcements: Mapped[AnnouncementMode] = mapped_column(
        one_of(AnnouncementMode), server_default=AnnouncementMode.HERE.value
    )
    # When it was said there that nothing is paid, and which rights are missing; NULL: not yet.
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


class DepartureRow(Base):
    """A chat that a member has left, and not come back to as far as Telegram tells."""

    __tablename__ = "departures"

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserRow.user_id, ondelete="CASCADE"), primary_key=True
    )
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    left_at: Mapped[datetime] = mapped_column(UtcDateTime)
