"""Dialog state of an admin: the open question, in the database, so any replica takes the answer.

It is read and written in the transaction of the update, like everything else: an update that
fails leaves the question open, and a restart does not close it. An update that comes again finds
the dialog as it found it the first time, and so does the same once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored, insert
from bot.gamification.models import AdminDialogRow
from bot.gamification.stored import read_json

#: Telegram repeats an update within minutes; nobody has more of them under way than this.
_REMEMBERED: Final = 50
#: Stands in the stored JSON beside what is known.
_LAST_TURN: Final = "last_turn"


@dataclass(frozen=True, slots=True)
class DialogState:
    """The open question, None if there is none, and what is known so far (JSON values)."""

    question: str | None = None
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One update's turn: the dialog as the update `found` it, and which updates came before."""

    update_id: int
    found: DialogState
    earlier: tuple[int, ...] = ()


async def begin_turn(connection: AsyncConnection, admin_id: int, update_id: int) -> Turn | None:
    """Return the turn of an update, or None when it had its turn and others have had theirs since.

    The update that had the last turn gets the same one again.
    """
    statement = select(AdminDialogRow.question, as_stored(AdminDialogRow.known).label("known"))
    row = (await connection.execute(statement.where(AdminDialogRow.admin_id == admin_id))).first()
    known = read_json(row.known) if row else None
    if row is None or not isinstance(known, dict):
        # What SQL by hand has put there is no dialog: the admin begins anew.
        return Turn(update_id, DialogState())
    last = known.pop(_LAST_TURN, None)
    if last is None:  # written by a release that did not remember
        return Turn(update_id, DialogState(row.question, known))
    *earlier, newest = last["updates"]
    if update_id == newest:
        return Turn(update_id, DialogState(last["question"], last["known"]), tuple(earlier))
    if update_id in earlier:
        return None
    return Turn(update_id, DialogState(row.question, known), (*earlier, newest))


async def save_turn(
    connection: AsyncConnection, admin_id: int, turn: Turn, dialog: DialogState
) -> None:
    """Remember where the dialog stands after `turn`, and the turn itself."""
    last = {
        "updates": [*turn.earlier, turn.update_id][-_REMEMBERED:],
        "question": turn.found.question,
        "known": dict(turn.found.known),
    }
    facts = {"question": dialog.question, "known": {**dialog.known, _LAST_TURN: last}}
    statement = insert(connection.dialect.name, AdminDialogRow).values(admin_id=admin_id, **facts)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[AdminDialogRow.admin_id], set_=facts)
    )
