"""Messages that the bot has seen: who wrote them, in which topic, and which post they copy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.compiled import CompiledStatement
from bot.database.constructs import Insert, insert
from bot.gamification.models import MessageRow

#: How long it is known who wrote a message; the copy of a channel post is known for ever.
KEPT: Final = timedelta(days=90)
#: Forgotten at once.
SLICE: Final = 1_000

_table = MessageRow.__table__
_COLUMNS: Final = tuple(column.name for column in _table.c if column.name != "presses")


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message in a chat; `post` is the chat and message of the channel post that it copies."""

    chat_id: int
    message_id: int
    author_id: int | None = None
    by_bot: bool = False
    thread_id: int | None = None
    post: tuple[int, int] | None = None
    album_id: str | None = None


async def remember(connection: AsyncConnection, message: SeenMessage, now: datetime) -> None:
    """Write the message unless it is known, by one statement; nobody becomes a member by it."""
    post_chat_id, post_message_id = message.post or (None, None)
    await _REMEMBER.execute(
        connection,
        {
            "chat_id": message.chat_id,
            "message_id": message.message_id,
            "author_id": message.author_id,
            "by_bot": message.by_bot,
            "thread_id": message.thread_id,
            "post_chat_id": post_chat_id,
            "post_message_id": post_message_id,
            "album_id": message.album_id,
            # One row for a post, and without it the post would be paid twice.
            "seen_at": None if message.post else now,
        },
    )


async def begins_album(
    connection: AsyncConnection, chat_id: int, message_id: int, album_id: str, now: datetime
) -> bool:
    """Return whether no other picture of the album was seen before, however often it is asked."""
    await remember(connection, SeenMessage(chat_id, message_id, album_id=album_id), now)
    first = select(_table.c.message_id).where(
        _table.c.chat_id == chat_id, _table.c.album_id == album_id
    )
    return await connection.scalar(first) == message_id


async def count_press(connection: AsyncConnection, chat_id: int, message_id: int) -> int:
    """Count a press below a channel post, and return how many they are by now."""
    statement = insert(connection.dialect.name, MessageRow).values(
        chat_id=chat_id, message_id=message_id, presses=1
    )
    # Never forgotten, or the button would begin to count anew.
    more = {"presses": _table.c.presses + 1, "seen_at": None}
    counted = statement.on_conflict_do_update(
        index_elements=[_table.c.chat_id, _table.c.message_id], set_=more
    )
    return await connection.scalar(counted.returning(_table.c.presses)) or 1


async def read_thread(connection: AsyncConnection, chat_id: int, message_id: int) -> int | None:
    """Return the forum topic of a message, None where there is none or nobody knows."""
    thread_id = select(_table.c.thread_id).where(
        _table.c.chat_id == chat_id, _table.c.message_id == message_id
    )
    found: int | None = await connection.scalar(thread_id)
    return found


async def forget_old(connection: AsyncConnection, now: datetime) -> int:
    """Delete a slice of the messages seen longer than `KEPT` ago; return how many it were."""
    key = tuple_(_table.c.chat_id, _table.c.message_id)
    seen_at = _table.c.seen_at
    old = select(_table.c.chat_id, _table.c.message_id).where(seen_at < now - KEPT).limit(SLICE)
    return (await connection.execute(delete(MessageRow).where(key.in_(old)))).rowcount


def _remember(dialect: str) -> Insert:
    values = {name: bindparam(name, type_=_table.c[name].type) for name in _COLUMNS}
    return insert(dialect, MessageRow).values(values).on_conflict_do_nothing()


_REMEMBER = CompiledStatement(_remember)
