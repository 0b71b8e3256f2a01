"""Checks of the books: accounts against the ledger, and rows against those they refer to."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Update,
    case,
    cast,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.models import AccountRow, LedgerEntryRow
from bot.gamification.types import TransactionType

#: So many findings are named.
LIMIT: Final = 10

# The tables, not the models: those would have SQLAlchemy configure every mapper, at each start.
_lines = LedgerEntryRow.__table__.c
_profiles = AccountRow.__table__.c


@dataclass(frozen=True, slots=True)
class DifferingAccount:
    """An account that is not the sums of its ledger lines, all in besitos."""

    user_id: int
    balance: int
    total_earned: int
    total_spent: int
    ledger_earned: int
    ledger_spent: int

    def __str__(self) -> str:
        """Return a sentence that names the account and both sides."""
        return (
            f"The account of member {self.user_id} says {self.balance} besitos "
            f"({self.total_earned} earned, {self.total_spent} spent), but its ledger lines "
            f"{self.ledger_earned - self.ledger_spent} ({self.ledger_earned} earned, "
            f"{self.ledger_spent} spent); correct one of them by SQL."
        )


@dataclass(frozen=True, slots=True)
class Orphan:
    """A row of `table` that refers to a row of `parent` which is not there."""

    table: str
    rowid: int | None
    parent: str

    def __str__(self) -> str:
        """Return a sentence that names the row."""
        return (
            f"Row {self.rowid} of {self.table} refers to a row of {self.parent} that is not there; "
            "it does no harm, and can be deleted by SQL."
        )


async def differing_accounts(
    connection: AsyncConnection, limit: int = LIMIT
) -> tuple[DifferingAccount, ...]:
    """Return the first accounts that differ from their ledger, by user id."""
    rows = await connection.execute(_DIFFERING.limit(limit))
    return tuple(DifferingAccount(**row) for row in rows.mappings())


async def orphans(connection: AsyncConnection, limit: int = LIMIT) -> tuple[Orphan, ...]:
    """Return some rows without the row they refer to, which PostgreSQL never lets come about."""
    if connection.dialect.name != "sqlite":
        return ()
    return tuple(Orphan(*row) for row in await connection.execute(_ORPHANS, {"limit": limit}))


async def restore_accounts(connection: AsyncConnection) -> int:
    """Give accounts that say nothing the sums of the ledger lines that are still there.

    That is how a backfill leaves them, whose profiles were deleted. Nothing is given where the
    lines would make a negative balance. Return how many accounts were restored.
    """
    return (await connection.execute(_RESTORE)).rowcount


def earned_of(kind: Any, amount: Any) -> ColumnElement[int]:
    """Return what ledger lines of such types and amounts earn; all else of them is spent.

    A negative grant is one that was undone, and a take earns nothing, undone or not.
    """
    is_grant, is_take = (
        kind == one for one in (TransactionType.ADMIN_GRANT, TransactionType.ADMIN_TAKE)
    )
    return case((is_grant, amount), (is_take, 0), (amount > 0, amount), else_=0)


# SQLite keeps whatever SQL by hand has written into the column.
_amount = cast(_lines.amount, BigInteger)
_BALANCE = func.coalesce(func.sum(_amount), 0)
_is_take = _lines.type == TransactionType.ADMIN_TAKE
_earned_by_line = earned_of(_lines.type, _amount)
_EARNED = func.coalesce(func.sum(_earned_by_line), 0)
_TAKEN = func.coalesce(func.sum(case((_is_take, -_amount))), 0)
_LAST_EARNED = func.max(case((_earned_by_line > 0, _lines.id)))


def _ledger() -> Select[Any]:
    sums = (
        _EARNED.label("earned"),
        _BALANCE.label("balance"),
        _TAKEN.label("taken"),
        _LAST_EARNED.label("last_earned"),
    )
    return select(_lines.user_id, *sums).group_by(_lines.user_id)


def _restore() -> Update:
    ledger = _ledger().having(_BALANCE >= 0).subquery()
    return (
        update(AccountRow)
        .where(
            _profiles.user_id == ledger.c.user_id,
            _profiles.total_earned == 0,
            _profiles.total_spent == 0,
            ledger.c.earned > 0,
        )
        .values(
            balance=cast(ledger.c.balance, BigInteger),
            total_earned=cast(ledger.c.earned, BigInteger),
            total_spent=cast(ledger.c.earned - ledger.c.balance, BigInteger),
            last_earned_id=ledger.c.last_earned,
            total_taken=cast(ledger.c.taken, BigInteger),
        )
    )


def _differing() -> Select[Any]:
    ledger = _ledger().subquery()
    earned, balance = func.coalesce(ledger.c.earned, 0), func.coalesce(ledger.c.balance, 0)
    spent = earned - balance
    return (
        select(
            *(_profiles[name] for name in _ACCOUNT),
            # PostgreSQL adds big integers up to a Decimal.
            cast(earned, BigInteger).label("ledger_earned"),
            cast(spent, BigInteger).label("ledger_spent"),
        )
        .outerjoin(ledger, ledger.c.user_id == _profiles.user_id)
        .where(
            or_(
                _profiles.balance != balance,
                _profiles.total_earned != earned,
                _profiles.total_spent != spent,
            )
        )
        .order_by(_profiles.user_id)
    )


_ACCOUNT: Final = ("user_id", "balance", "total_earned", "total_spent")
_DIFFERING = _differing()
_RESTORE = _restore()
_ORPHANS = text('SELECT "table", rowid, parent FROM pragma_foreign_key_check LIMIT :limit')
