"""Chats that the bot knows: where it pays, what it announces there, and who has left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, delete, exists, func, literal, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

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

#: As Telegram calls them, a channel being none.
_GROUP, _SUPERGROUP = "group", "supergroup"
#: What a supergroup does not have of the group that it was.
_NOT_KEPT: Final = {"chat_id", "type", "left_at", "moved_to"}
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
    has_left: bool = False
    moved_to: int | None = None


class ChatBook:
    """The chats, read at most every few seconds, and which of them count."""

    def __init__(self, allowed: Collection[int] = frozenset()) -> None:
        """Pay in the chats of `allowed` alone; none: in every chat."""
        self.allowed = frozenset(allowed)
        self._chats = TtlCache(read_chats)

    async def get(self, connection: AsyncConnection, chat_id: int) -> Chat | None:
        """Return a chat, or the one that it has become; None for one that was never seen."""
        return current_chat(await self._chats.get(connection), chat_id)

    def is_listed(self, chat_id: int) -> bool:
        """Return whether the operator's list lets the bot pay there."""
        return not self.allowed or chat_id in self.allowed

    def is_allowed(self, chat: Chat) -> bool:
        """Return whether anything is paid there: the operator and the admins must both want it."""
        return chat.is_allowed and self.is_listed(chat.chat_id)

    def invalidate(self) -> None:
        """Read all chats again: one has just changed here."""
        self._chats.invalidate()


def current_chat(chats: Mapping[int, Chat], chat_id: int) -> Chat | None:
    """Return a chat, or the one that it has become; None for one that was never seen."""
    chat = chats.get(chat_id)
    return chats.get(chat.moved_to, chat) if chat and chat.moved_to else chat


def announcement_mode(chat: Chat | None) -> AnnouncementMode:
    """Return what becomes of the announcements of newcomers' rewards in a chat."""
    return chat.announcements if chat else AnnouncementMode.HERE


async def read_chats(connection: AsyncConnection) -> Mapping[int, Chat]:
    """Return every chat by its id, in the order in which they were seen first."""
    row = ChatRow
    untrusted = (raw(getattr(row, name)).label(name) for name in _RAW)
    statement = select(row.chat_id, row.moved_to, as_stored(row.title).label("title"), *untrusted)
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
            one.left_at is not None,
            one.moved_to,
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


async def move_chat(connection: AsyncConnection, old: int, new: int) -> bool:
    """Note that a group has become a supergroup, for which counts what was decided, too.

    Telegram says so in both, and either may be heard of first. Return whether it is news.
    """
    row, table = ChatRow, ChatRow.__table__.c
    kept = [column for column in table if column.name not in _NOT_KEPT]
    decided = select(literal(new, table.chat_id.type), literal(_SUPERGROUP), *kept)
    statement = insert(connection.dialect.name, row).from_select(
        ["chat_id", "type", *(column.name for column in kept)],
        decided.where(row.chat_id == old, row.moved_to.is_(None)),
    )
    is_default = row.announcements == AnnouncementMode.HERE
    both = {
        "is_allowed": row.is_allowed & statement.excluded.is_allowed,
        "announcements": case(
            (is_default, statement.excluded.announcements), else_=row.announcements
        ),
    }
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[row.chat_id], set_=both)
    )
    before = select(row.moved_to).where(row.chat_id == old)
    is_news = await connection.scalar(before) is None
    await connection.execute(update(row).where(row.chat_id == old).values(moved_to=new))
    collected = update(DigestEntryRow).where(DigestEntryRow.chat_id == old)
    await connection.execute(collected.values(chat_id=new))
    return is_news


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

    Their chats are those in which they were paid for reactions and the bot still is, and any group
    that it is in for who was paid in none; Telegram gives no list of them.
    """
    departure, account, reaction = DepartureRow, AccountRow, ReactionRow
    chat, now_chat = aliased(ChatRow), aliased(ChatRow)
    member = select(UserRow.user_id, literal(chat_id), literal(now, departure.left_at.type))
    added = insert(connection.dialect.name, departure).from_select(
        ["user_id", "chat_id", "left_at"], member.where(UserRow.user_id == user_id)
    )
    await connection.execute(added.on_conflict_do_nothing())
    left = exists().where(
        departure.user_id == user_id, departure.chat_id.in_([chat.chat_id, now_chat.chat_id])
    )
    open_to_them = (
        now_chat.chat_id == func.coalesce(chat.moved_to, chat.chat_id),
        now_chat.left_at.is_(None),
        ~left,
    )
    plays = exists().where(reaction.user_id == user_id)
    stays = or_(
        exists().where(plays.where(reaction.chat_id == chat.chat_id), *open_to_them),
        ~plays & exists().where(chat.type.in_([_GROUP, _SUPERGROUP]), *open_to_them),
    )
    gone = update(account).where(account.user_id == user_id, account.left_at.is_(None), not_(stays))
    await connection.execute(gone.values(left_at=now))


async def member_came_back(connection: AsyncConnection, user_id: int, chat_id: int) -> None:
    """Put a member back on the board: they are in the chat."""
    departure = DepartureRow
    before = select(ChatRow.chat_id).where(ChatRow.moved_to == chat_id)
    is_it = or_(departure.chat_id == chat_id, departure.chat_id.in_(before))
    await connection.execute(delete(departure).where(departure.user_id == user_id, is_it))
    known = update(AccountRow).where(AccountRow.user_id == user_id, AccountRow.left_at.is_not(None))
    await connection.execute(known.values(left_at=None))


async def read_known_chats(connection: AsyncConnection) -> list[int]:
    """Return the ids of some chats that the bot is in, or has paid reactions in."""
    is_open = ChatRow.left_at.is_(None) & ChatRow.moved_to.is_(None)
    seen = await connection.execute(select(ChatRow.chat_id, is_open).limit(_MOST))
    is_there = {chat_id: bool(there) for chat_id, there in seen}
    # From before there was a table of chats; all of them in a small bot.
    some = select(ReactionRow.chat_id).limit(_MOST_REACTIONS).subquery()
    paid = await connection.scalars(select(some.c.chat_id).distinct().limit(_MOST_CHATS))
    known = sorted({*is_there, *paid})
    return [chat_id for chat_id in known if is_there.get(chat_id, True)][:_MOST_CHATS]


_RAW: Final = ("type", "is_allowed", "announcements", "refused_at", "left_at")
