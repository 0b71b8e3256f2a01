"""Chats that the bot knows: where it pays, what it announces there, and who has left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, exists, literal, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored, insert, raw
from bot.database.outbox import OutboxMessageRow
from bot.gamification.context import TtlCache
from bot.gamification.models import (
    AccountRow,
    ChatRow,
    DepartureRow,
    DigestEntryRow,
    ReactionRow,
    UserRow,
)
from bot.gamification.stored import read_flag, read_text
from bot.gamification.types import AnnouncementMode

#: Rows that are looked through, and chats that are returned, at most.
_MOST_REACTIONS: Final = 100_000
_MOST: Final = 1_000
_MOST_CHATS: Final = 20


@dataclass(frozen=True, slots=True)
class Chat:
    """A group or channel as the database has it."""

    chat_id: int
    title: str
    type: str
    is_allowed: bool = True
    announcements: AnnouncementMode = AnnouncementMode.HERE
    is_refused: bool = False
    is_asked: bool = False
    has_left: bool = False


class ChatBook:
    """The chats, read at most every few seconds, and which of them count."""

    def __init__(self, allowed: Collection[int] = frozenset()) -> None:
        """Pay in the chats of `allowed` alone; none: in every chat."""
        self.allowed = frozenset(allowed)
        self._chats = TtlCache(read_chats)

    async def get(self, connection: AsyncConnection, chat_id: int) -> Chat | None:
        """Return a chat, None for one that was never seen."""
        return (await self._chats.get(connection)).get(chat_id)

    def is_listed(self, chat_id: int) -> bool:
        """Return whether the operator's list lets the bot pay there."""
        return not self.allowed or chat_id in self.allowed

    def is_allowed(self, chat: Chat) -> bool:
        """Return whether anything is paid there: the operator and the admins must both want it."""
        return chat.is_allowed and self.is_listed(chat.chat_id)

    def invalidate(self) -> None:
        """Read all chats again: one has just changed here."""
        self._chats.invalidate()


def announcement_mode(chat: Chat | None) -> AnnouncementMode:
    """Return what becomes of the announcements of newcomers' rewards in a chat."""
    return chat.announcements if chat else AnnouncementMode.HERE


async def read_chats(connection: AsyncConnection) -> Mapping[int, Chat]:
    """Return every chat by its id, in the order in which they were seen first."""
    row = ChatRow
    untrusted = (raw(getattr(row, name)).label(name) for name in _RAW)
    statement = select(row.chat_id, as_stored(row.title).label("title"), *untrusted)
    found = await connection.execute(statement.order_by(row.created_at, row.chat_id))
    return {
        one.chat_id: Chat(
            one.chat_id,
            read_text(one.title) or "",
            str(one.type),
            read_flag(one.is_allowed) is True,
            AnnouncementMode(one.announcements)
            if one.announcements in list(AnnouncementMode)
            else AnnouncementMode.HERE,
            one.refused_at is not None,
            one.asked_at is not None,
            one.left_at is not None,
        )
        for one in found
    }


async def register_chat(connection: AsyncConnection, chat: Chat) -> None:
    """Write a chat that is new, has another title, or has the bot back."""
    facts = {"title": chat.title, "type": chat.type, "left_at": None}
    statement = insert(connection.dialect.name, ChatRow).values(chat_id=chat.chat_id, **facts)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[ChatRow.chat_id], set_=facts)
    )


async def move_chat(connection: AsyncConnection, old: int, new: int) -> None:
    """Give a chat its new id, unless that one is known already."""
    known = select(ChatRow.chat_id).where(ChatRow.chat_id == new)
    if await connection.scalar(known) is None:
        moved = update(ChatRow).where(ChatRow.chat_id == old)
        await connection.execute(moved.values(chat_id=new))
    collected = update(DigestEntryRow).where(DigestEntryRow.chat_id == old)
    await connection.execute(collected.values(chat_id=new))


async def say_once(connection: AsyncConnection, chat_id: int, what: str, now: datetime) -> bool:
    """Note that `what` (`refused_at` or `asked_at`) is being said; False when it was before."""
    column = getattr(ChatRow, what)
    noted = update(ChatRow).where(ChatRow.chat_id == chat_id, column.is_(None))
    return (await connection.execute(noted.values({what: now}))).rowcount > 0


async def bot_promoted(connection: AsyncConnection, chat_id: int) -> None:
    """Note that the bot has its rights: when it loses them, it asks again."""
    known = update(ChatRow).where(ChatRow.chat_id == chat_id)
    await connection.execute(known.values(asked_at=None))


async def bot_removed(connection: AsyncConnection, chat_id: int, now: datetime) -> None:
    """Note that the bot is out, and delete what was to be sent there."""
    known = update(ChatRow).where(ChatRow.chat_id == chat_id)
    await connection.execute(known.values(left_at=now, asked_at=None, refused_at=None))
    for table in (OutboxMessageRow, DigestEntryRow):
        await connection.execute(delete(table).where(table.chat_id == chat_id))


async def member_left(
    connection: AsyncConnection, user_id: int, chat_id: int, now: datetime
) -> None:
    """Note that a member left a chat, and take them off the board if that was their last.

    Their chats are those in which they were paid for reactions and the bot still is; Telegram
    gives no list of them.
    """
    departure, account, reaction = DepartureRow, AccountRow, ReactionRow
    member = select(UserRow.user_id, literal(chat_id), literal(now, departure.left_at.type))
    added = insert(connection.dialect.name, departure).from_select(
        ["user_id", "chat_id", "left_at"], member.where(UserRow.user_id == user_id)
    )
    await connection.execute(added.on_conflict_do_nothing())
    left = exists().where(
        departure.user_id == reaction.user_id, departure.chat_id == reaction.chat_id
    )
    stays = (
        exists()
        .where(reaction.user_id == user_id, ~left)
        .where(reaction.chat_id == ChatRow.chat_id, ChatRow.left_at.is_(None))
    )
    gone = update(account).where(account.user_id == user_id, account.left_at.is_(None), not_(stays))
    await connection.execute(gone.values(left_at=now))


async def member_came_back(connection: AsyncConnection, user_id: int, chat_id: int) -> None:
    """Put a member back on the board: they are in the chat."""
    departure = DepartureRow
    await connection.execute(
        delete(departure).where(departure.user_id == user_id, departure.chat_id == chat_id)
    )
    known = update(AccountRow).where(AccountRow.user_id == user_id, AccountRow.left_at.is_not(None))
    await connection.execute(known.values(left_at=None))


async def read_known_chats(connection: AsyncConnection) -> list[int]:
    """Return the ids of some chats that the bot is in, or has paid reactions in."""
    seen = await connection.execute(select(ChatRow.chat_id, ChatRow.left_at.is_(None)).limit(_MOST))
    is_there = {chat_id: bool(there) for chat_id, there in seen}
    # From before there was a table of chats; all of them in a small bot.
    some = select(ReactionRow.chat_id).limit(_MOST_REACTIONS).subquery()
    paid = await connection.scalars(select(some.c.chat_id).distinct().limit(_MOST_CHATS))
    known = sorted({*is_there, *paid})
    return [chat_id for chat_id in known if is_there.get(chat_id, True)][:_MOST_CHATS]


_RAW: Final = ("type", "is_allowed", "announcements", "refused_at", "asked_at", "left_at")
