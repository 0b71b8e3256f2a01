"""Table of messages in chats: what a reaction to one, or a press below it, does not say."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import Base, UtcDateTime


class MessageRow(Base):
    """A message that the bot has seen or sent in a group, or an album's first post in a channel.

    `post_…` name the channel post that it is the automatic copy of. `author_id` need be no member:
    whoever only writes is none. A row with `seen_at` is forgotten some time after it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("chat_id", "album_id"),
        CheckConstraint("(post_chat_id IS NULL) = (post_message_id IS NULL)", "post_is_whole"),
    )

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    author_id: Mapped[int | None] = mapped_column(BigInteger)
    by_bot: Mapped[bool] = mapped_column(server_default=false())
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    post_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    post_message_id: Mapped[int | None] = mapped_column(BigInteger)
    album_id: Mapped[str | None] = mapped_column(Text)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
