"""Chats in which members were paid."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.models import ReactionRow

#: Reactions that are looked through, and chats that are returned, at most.
_MOST_REACTIONS: Final = 100_000
_MOST_CHATS: Final = 20


async def read_known_chats(connection: AsyncConnection) -> list[int]:
    """Return the ids of some chats in which reactions were paid; all of them in a small bot."""
    some = select(ReactionRow.chat_id).limit(_MOST_REACTIONS).subquery()
    found = await connection.scalars(select(some.c.chat_id).distinct().limit(_MOST_CHATS))
    return sorted(found)
