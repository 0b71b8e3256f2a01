"""Tables of the chats that the bot is or was in: digests, messages, and members who left one."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import IDS_ONCE, Base, SurrogateId, UtcDateTime, one_of
from bot.gamification.models.members import UserRow
from bot.gamification.models.rewards import RewardRow
from bot.gamification.types import AnnouncementMode

_IS_COPY = text("post_chat_id IS NOT NULL")


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
    # The day of the last digest; no later one is of the same day.
    digested_on: Mapped[date | None]
    # The supergroup that the group has become: what is decided and announced there is that one's.
    moved_to: Mapped[int | None] = mapped_column(BigInteger)


class DigestEntryRow(Base):
    """What a chat's next digest says of a member: a reward, or a level that was reached."""

    __tablename__ = "digest_entries"
    __table_args__ = (
        CheckConstraint("(reward_id IS NULL) <> (level IS NULL)", "says_one_thing"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(UserRow.user_id, ondelete="CASCADE"))
    reward_id: Mapped[int | None] = mapped_column(ForeignKey(RewardRow.id, ondelete="CASCADE"))
    level: Mapped[int | None]
    # The forum topic where it happened.
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DepartureRow(Base):
    """A chat that a member has left, and not come back to as far as Telegram tells."""

    __tablename__ = "departures"

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserRow.user_id, ondelete="CASCADE"), primary_key=True
    )
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    left_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MessageRow(Base):
    """A message that the bot has seen or sent in a group, or an album's first post in a channel.

    It has what a reaction to it, or a press below it, does not say.

    `post_…` name the channel post that it is the automatic copy of. `author_id` need be no member:
    whoever only writes is none. A row with `seen_at` is forgotten some time after it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("chat_id", "album_id"),
        CheckConstraint("(post_chat_id IS NULL) = (post_message_id IS NULL)", "post_is_whole"),
        Index(
            None,
            "post_chat_id",
            "post_message_id",
            postgresql_where=_IS_COPY,
            sqlite_where=_IS_COPY,
        ),
    )

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    by_bot: Mapped[bool] = mapped_column(server_default=false())
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    post_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    post_message_id: Mapped[int | None] = mapped_column(BigInteger)
    album_id: Mapped[str | None] = mapped_column(Text)
    # Members who have pressed the button below a channel post.
    presses: Mapped[int] = mapped_column(server_default="0")
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
