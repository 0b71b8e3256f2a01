"""Mentions of a person in rows that are not theirs: audit trail, messages, updates, questions."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored
from bot.database.outbox import OutboxMessageRow
from bot.gamification.models import AdminActionRow, AdminDialogRow, FailedUpdateRow
from bot.gamification.stored import read_json


def mentions(text: Any, user_id: int) -> ColumnElement[bool]:
    """Return whether a text or JSON column has the person's number in it, as a number."""
    found: ColumnElement[bool] = cast(text, Text).regexp_match(rf"(^|[^0-9-]){user_id}([^0-9]|$)")
    return found


def about(user_id: int) -> ColumnElement[bool]:
    """Return whether a line of the audit trail is theirs or about them."""
    return or_(AdminActionRow.admin_id == user_id, AdminActionRow.target == f"member:{user_id}")


async def forget_mentions(
    connection: AsyncConnection, user_id: int, stand_in: int
) -> tuple[int, dict[str, int]]:
    """Delete what mentions them, and put `stand_in` into the audit trail without any reason.

    Return how many lines of the audit trail that was, and how many rows are gone by kind.
    """
    doomed = {
        "messages_waiting": (
            OutboxMessageRow,
            or_(
                OutboxMessageRow.chat_id == user_id,
                OutboxMessageRow.member_id == user_id,
                mentions(OutboxMessageRow.payload, user_id),
            ),
        ),
        "updates_put_aside": (FailedUpdateRow, mentions(FailedUpdateRow.content, user_id)),
        "open_questions": (
            AdminDialogRow,
            or_(AdminDialogRow.admin_id == user_id, mentions(AdminDialogRow.known, user_id)),
        ),
    }
    deleted = {
        name: (await connection.execute(delete(table).where(where))).rowcount
        for name, (table, where) in doomed.items()
    }
    return await _forget_actions(connection, user_id, stand_in), deleted


async def _forget_actions(connection: AsyncConnection, user_id: int, stand_in: int) -> int:
    action = AdminActionRow
    found = (
        await connection.execute(
            select(
                action.id,
                action.admin_id,
                action.target,
                as_stored(action.after).label("after"),
            ).where(about(user_id))
        )
    ).all()
    for row in found:
        values: dict[str, Any] = {}
        if row.admin_id == user_id:
            values["admin_id"] = stand_in
        if row.target == f"member:{user_id}":
            values["target"] = f"member:{stand_in}"
            after = read_json(row.after)
            if isinstance(after, Mapping) and "reason" in after:
                values["after"] = {**after, "reason": None}
        await connection.execute(update(action).where(action.id == row.id).values(values))
    return len(found)
