"""Copy of all that is stored about a person."""

from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, FromClause, Integer, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.outbox import OutboxMessageRow
from bot.errors import BesitosError
from bot.gamification.mentions import about, mentions
from bot.gamification.models import (
    AccountRow,
    AdminActionRow,
    AdminDialogRow,
    DepartureRow,
    DigestEntryRow,
    FailedUpdateRow,
    LedgerEntryRow,
    MemberNameRow,
    MessageRow,
    ReactionRow,
    RewardRow,
    StreakRow,
    UserRewardRow,
    UserRow,
)
from bot.gamification.stored import read_json

#: The tables with a member's rows, and the column that says whose they are.
_MEMBERS: Final = {
    "user": UserRow.user_id,
    "found_by": MemberNameRow.user_id,
    "account": AccountRow.user_id,
    "ledger": LedgerEntryRow.user_id,
    "rewards": UserRewardRow.user_id,
    "streaks": StreakRow.user_id,
    "reactions": ReactionRow.user_id,
    "chats_left": DepartureRow.user_id,
    "messages_written": MessageRow.author_id,
    "messages_waiting": OutboxMessageRow.chat_id,
    "digests_to_come": DigestEntryRow.user_id,
    "open_question": AdminDialogRow.admin_id,
}


class UnknownMember(BesitosError):
    """Nothing is stored about that person."""


async def export_member(connection: AsyncConnection, user_id: int) -> dict[str, Any]:
    """Return every row about a person, by what it is, as lists of columns with their values.

    Among them what admins did to the member, or the member did as an admin, and updates of theirs
    that were put aside. Raises `UnknownMember`.
    """
    found = {
        name: await _rows(connection, column.class_.__table__, column == user_id)
        for name, column in _MEMBERS.items()
    }
    names = await connection.execute(select(RewardRow.id, RewardRow.name))
    rewards = {row.id: row.name for row in names}
    for row in found["rewards"]:
        row["reward"] = rewards.get(row["reward_id"])
    found["admin_actions"] = await _rows(connection, AdminActionRow.__table__, about(user_id))
    # What Telegram sent is text; the number stands in it wherever the person does.
    mentioned = mentions(FailedUpdateRow.content, user_id)
    found["updates_put_aside"] = await _rows(connection, FailedUpdateRow.__table__, mentioned)
    if not any(found.values()):
        raise UnknownMember(f"Nothing is stored about {user_id}; correct the id.")
    return {"user_id": user_id, **found}


async def own_copy(connection: AsyncConnection, user_id: int) -> dict[str, Any]:
    """Return the same for the person themselves: who else acted is not theirs to have."""
    copy = await export_member(connection, user_id)
    for action in copy["admin_actions"]:
        if action["admin_id"] != user_id:
            del action["admin_id"]
    return copy


async def _rows(
    connection: AsyncConnection, table: FromClause, where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Return rows as JSON has them: numbers, and all else as the text that is stored."""
    columns = [
        column if isinstance(column.type, Integer) else cast(column, Text).label(column.name)
        for column in table.columns
    ]
    order = table.primary_key.columns  # type: ignore[attr-defined]  # a table has one
    found = await connection.execute(select(*columns).where(where).order_by(*order))
    documents = {column.name for column in table.columns if isinstance(column.type, JSON)}
    return [
        {name: read_json(value) if name in documents else value for name, value in row.items()}
        for row in found.mappings()
    ]
