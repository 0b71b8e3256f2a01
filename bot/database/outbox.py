"""Transactional outbox: messages that are stored with what caused them, and sent after it.

A message is taken just before it is handed to Telegram, by one process only, and gone once it may
have been delivered. What nobody has taken is sent by whoever starts next.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, Text, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import IDS_ONCE, Base, Json, SurrogateId, UtcDateTime
from bot.database.compiled import CompiledStatement, numbered, numbered_rows
from bot.database.constructs import raw
from bot.database.engine import for_writing
from bot.database.errors import translate_errors
from bot.database.transaction import transaction

#: Read at once.
PAGE: Final = 100
#: How long a message that was taken by a process that died then is kept, for whoever asks.
KEPT: Final = timedelta(days=7)


class OutboxMessageRow(Base):
    """A message to a member that must not be lost; `taken_at` is when it was handed over.

    `unreachable_since` is when Telegram first said that the bot may not write to `member_id`: it
    waits then until they write to the bot.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = IDS_ONCE

    id: Mapped[int] = mapped_column(SurrogateId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    member_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    unreachable_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message as it is stored: `payload` are the parameters of `method` beside the chat.

    `member_id` is whom it tells something, if that is one person.
    """

    chat_id: int
    method: str
    payload: dict[str, Any]
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A row of the outbox. What is asked of it may raise `DatabaseError`."""

    engine: AsyncEngine
    id: int

    async def take(self) -> bool:
        """Make it ours; return False when another has it, or has done with it."""
        return await self._execute(_TAKE, {"message": self.id, "now": datetime.now(UTC)}) > 0

    async def give_back(self) -> None:
        """Let anybody take it again: it has certainly not been delivered."""
        await self._execute(_GIVE_BACK, {"message": self.id})

    async def keep_for_member(self) -> None:
        """Let it wait in the member's private chat, where the bot may not write yet."""
        await self._execute(_KEEP, {"message": self.id, "now": datetime.now(UTC)})

    async def finish(self) -> None:
        """Forget it: delivered, perhaps delivered, or refused for good."""
        await self._execute(_FINISH, {"message": self.id})

    async def _execute(self, statement: CompiledStatement, parameters: dict[str, Any]) -> int:
        with translate_errors("Keeping the outbox"):
            async with transaction(for_writing(self.engine)) as connection:
                return (await statement.execute(connection, parameters)).rowcount


async def store(connection: AsyncConnection, messages: Sequence[OutboxMessage]) -> Sequence[int]:
    """Store messages in the transaction of what caused them, by one statement; return their ids."""
    rows = [{column.key: getattr(one, column.key) for column in _STORED} for one in messages]
    stored = await _storing(len(rows)).execute(connection, numbered(rows))
    return sorted(row.id for row in stored.rows)


@cache
def _storing(count: int) -> CompiledStatement:
    """Return the statement that stores so many messages."""
    rows = numbered_rows(_STORED, count)
    return CompiledStatement(lambda _: insert(_row).values(rows).returning(_row.id))


async def read_waiting(
    engine: AsyncEngine, *, after: int = 0
) -> Sequence[tuple[int, OutboxMessage]]:
    """Return a page of what nobody has taken, by id, behind the id `after`.

    Raises `DatabaseError`.
    """
    wanted = _MESSAGES.where(
        _row.taken_at.is_(None), _row.unreachable_since.is_(None), _row.id > after
    )
    with translate_errors("Reading the outbox"):
        async with engine.connect() as connection:
            found = (await connection.execute(wanted)).all()
    return list(map(_read, found))


async def reach(connection: AsyncConnection, member_id: int) -> Sequence[tuple[int, OutboxMessage]]:
    """Return a page of what waits for a member who can be written to by now; it waits no more.

    One SELECT where nothing waits, as nearly always.
    """
    waits = (_row.member_id == member_id, _row.unreachable_since.is_not(None))
    found = list(map(_read, (await connection.execute(_MESSAGES.where(*waits))).all()))
    if found:
        ids = [stored_id for stored_id, _ in found]
        await connection.execute(
            update(_row).where(_row.id.in_(ids)).values(unreachable_since=None, taken_at=None)
        )
    return found


_row = OutboxMessageRow
_STORED: Final = tuple(
    _row.__table__.c[name] for name in ("chat_id", "method", "payload", "member_id")
)
_this = _row.id == bindparam("message", type_=BigInteger)
_now = bindparam("now", type_=UtcDateTime)
_TAKE = CompiledStatement(
    lambda _: (
        update(_row)
        .where(_this, _row.taken_at.is_(None))
        .values(taken_at=_now, attempts=_row.attempts + 1)
    )
)
_GIVE_BACK = CompiledStatement(lambda _: update(_row).where(_this).values(taken_at=None))
_KEEP = CompiledStatement(
    lambda _: (
        update(_row)
        .where(_this, _row.member_id.is_not(None))
        .values(taken_at=None, unreachable_since=_now, chat_id=_row.member_id)
    )
)
_FINISH = CompiledStatement(lambda _: delete(_row).where(_this))
_MESSAGES = (
    select(_row.id, _row.chat_id, _row.method, raw(_row.payload).label("payload"), _row.member_id)
    .order_by(_row.id)
    .limit(PAGE)
)


def _read(row: Any) -> tuple[int, OutboxMessage]:
    message = OutboxMessage(row.chat_id, row.method, _parsed(row.payload), row.member_id)
    return row.id, message


def _parsed(payload: Any) -> dict[str, Any]:
    """Return what is stored, nothing for what SQL by hand has left there: it is no message then."""
    try:
        # asyncpg has parsed it already.
        parsed = json.loads(payload) if isinstance(payload, str) else payload
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


async def forget_old(engine: AsyncEngine) -> int:
    """Delete what was taken long ago and never heard of again; return how many there were."""
    old = delete(_row).where(_row.taken_at < datetime.now(UTC) - KEPT)
    with translate_errors("Keeping the outbox"):
        async with for_writing(engine).begin() as connection:
            return (await connection.execute(old)).rowcount
