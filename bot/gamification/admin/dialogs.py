"""The question that an admin has open: in the database, so that any replica takes the answer.

It is read and written in the transaction of the update, like everything else: an update that
fails leaves the question open, and a restart does not close it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.upsert import insert
from bot.gamification.models import AdminDialog


@dataclass(frozen=True, slots=True)
class Dialog:
    """The open question, None if there is none, and what is known so far (JSON values)."""

    question: str | None = None
    known: Mapping[str, Any] = field(default_factory=dict)


async def read_dialog(connection: AsyncConnection, admin_id: int) -> Dialog:
    """Return where the dialog with an admin stands."""
    statement = select(AdminDialog.question, AdminDialog.known)
    row = (await connection.execute(statement.where(AdminDialog.admin_id == admin_id))).first()
    return Dialog(row.question, row.known) if row else Dialog()


async def save_dialog(connection: AsyncConnection, admin_id: int, dialog: Dialog) -> None:
    """Remember where the dialog with an admin stands."""
    facts = {"question": dialog.question, "known": dict(dialog.known)}
    statement = insert(connection.dialect.name, AdminDialog).values(admin_id=admin_id, **facts)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[AdminDialog.admin_id], set_=facts)
    )
