"""A member's ledger, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.models import Transaction, TransactionType

PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the ledger; `amount` in besitos, negative when taken."""

    id: int
    amount: int
    type: TransactionType
    reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some lines, newest first; `older_than` leads to the next page, None when there is none."""

    rows: tuple[HistoryRow, ...]
    older_than: int | None


async def read_history(
    connection: AsyncConnection, user_id: int, older_than: int | None = None
) -> HistoryPage:
    """Return the newest lines, or those before line `older_than`."""
    statement = (
        select(
            Transaction.id,
            Transaction.amount,
            Transaction.type,
            Transaction.reason,
            Transaction.created_at,
        )
        .where(Transaction.user_id == user_id)
        .order_by(Transaction.id.desc())
        .limit(PAGE + 1)
    )
    if older_than is not None:
        statement = statement.where(Transaction.id < older_than)
    found = [HistoryRow(*row) for row in await connection.execute(statement)]
    rows = tuple(found[:PAGE])
    return HistoryPage(rows, older_than=rows[-1].id if len(found) > PAGE else None)
