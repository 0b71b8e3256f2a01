"""A member's ledger, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_number, as_stored, raw
from bot.gamification.models import LedgerEntryRow, TransactionType
from bot.gamification.stored import read_moment, read_text

PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """One line of the ledger; `amount` in besitos, negative when taken.

    `created_at` is None where SQL by hand has put something that is no time.
    """

    id: int
    amount: int
    type: TransactionType
    reason: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Some lines, newest first; `older_than` leads to the next page, None when there is none."""

    rows: tuple[PostedEntry, ...]
    older_than: int | None


async def read_ledger(
    connection: AsyncConnection, user_id: int, older_than: int | None = None
) -> LedgerPage:
    """Return the newest lines, or those before line `older_than`."""
    statement = (
        select(
            LedgerEntryRow.id,
            as_number(LedgerEntryRow.amount).label("amount"),
            raw(LedgerEntryRow.type).label("type"),
            LedgerEntryRow.reason,
            as_stored(LedgerEntryRow.created_at).label("created_at"),
        )
        .where(LedgerEntryRow.user_id == user_id)
        .order_by(LedgerEntryRow.id.desc())
        .limit(PAGE + 1)
    )
    if older_than is not None:
        statement = statement.where(LedgerEntryRow.id < older_than)
    found = (await connection.execute(statement)).all()
    shown = found[:PAGE]
    rows = tuple(_history_row(row) for row in shown if row.type in list(TransactionType))
    return LedgerPage(rows, older_than=shown[-1].id if len(found) > PAGE else None)


def _history_row(row: Any) -> PostedEntry:
    return PostedEntry(
        row.id,
        row.amount,
        TransactionType(row.type),
        read_text(row.reason),
        read_moment(row.created_at),
    )
