"""The ledger: the only way in which a balance changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import bindparam, select, update

from bot.database.constructs import as_number, as_stored
from bot.database.prepared import Prepared
from bot.database.upsert import insert
from bot.errors import BesitosError
from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.models import AccountRow, BotConfigRow, LedgerEntryRow, TransactionType


class InsufficientBesitos(BesitosError):
    """A member does not have what shall be taken."""


class StaleAccount(Exception):
    """The account or the level formula is another by now than was read: read both again.

    That is nothing to tell a person, and so no `BesitosError`: the update is done once more.
    """


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line for the ledger: `amount` besitos, negative to take.

    `reference` says for ever what the line is for; a second line with the same one is not booked.
    """

    amount: int
    type: TransactionType
    reference: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The account after booking, and which amounts were booked by type."""

    account: Account
    amounts: Mapping[TransactionType, int]


async def post(economy: EconomyContext, account: Account, entries: Sequence[LedgerEntry]) -> Posted:
    """Write `entries` into the ledger and change the balance by what was really new.

    Raises `InsufficientBesitos` or `StaleAccount`; the transaction must then be rolled back.
    """
    rows = [
        {
            "user_id": account.user_id,
            "amount": entry.amount,
            "type": entry.type,
            "reference": entry.reference,
            "reason": entry.reason,
            "created_at": economy.now,
        }
        for entry in entries
        if entry.amount
    ]
    if not rows:
        return Posted(account, {})
    amounts: Counter[TransactionType] = Counter()
    numbered = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
    new = await _new_lines(len(rows)).execute(economy.connection, numbered)
    for kind, amount in new.rows:
        amounts[kind] += amount
    if not amounts:
        return Posted(account, {})
    return Posted(await _change_balance(economy, account, amounts), amounts)


async def _change_balance(
    economy: EconomyContext, account: Account, amounts: Mapping[TransactionType, int]
) -> Account:
    earned = sum(amount for amount in amounts.values() if amount > 0)
    spent = -sum(amount for amount in amounts.values() if amount < 0)
    if account.balance + earned - spent < 0:
        raise InsufficientBesitos(
            f"The member has {account.balance} besitos; take at most that many."
        )
    after = replace(
        account,
        balance=account.balance + earned - spent,
        total_earned=account.total_earned + earned,
        total_spent=account.total_spent + spent,
        level=economy.config.level_formula.level(account.total_earned + earned),
    )
    result = await _CHANGE_BALANCE.execute(
        economy.connection,
        {
            "member": account.user_id,
            "earned_before": account.total_earned,
            "spent_before": account.total_spent,
            "earned": earned,
            "spent": spent,
            "level": after.level,
            "stored_formula": economy.config.stored_formula,
            "updated_at": economy.now,
        },
    )
    if result.rowcount != 1:
        raise StaleAccount(f"The account of member {account.user_id} changed meanwhile; try again.")
    return after


@cache
def _new_lines(count: int) -> Prepared:
    """Return the statement that writes so many lines and returns those that were new."""
    columns = [column for column in LedgerEntryRow.__table__.c if column.name != "id"]
    lines = [
        {column.name: bindparam(f"{column.name}_{n}", type_=column.type) for column in columns}
        for n in range(count)
    ]
    return Prepared(
        lambda dialect: (
            insert(dialect, LedgerEntryRow)
            .values(lines)
            .on_conflict_do_nothing(index_elements=[LedgerEntryRow.reference])
            .returning(LedgerEntryRow.type, LedgerEntryRow.amount)
        )
    )


_profile = AccountRow
_stored_formula = (
    select(as_stored(BotConfigRow.level_formula)).where(BotConfigRow.id == 1).scalar_subquery()
)
_CHANGE_BALANCE = Prepared(
    lambda _: (
        update(_profile)
        .where(
            _profile.user_id == bindparam("member"),
            as_number(_profile.total_earned) == bindparam("earned_before"),
            as_number(_profile.total_spent) == bindparam("spent_before"),
            # Rules may be seconds old; a level by an old formula would stay for good.
            _stored_formula.is_not_distinct_from(bindparam("stored_formula")),
        )
        .values(
            balance=_profile.balance + bindparam("earned") - bindparam("spent"),
            total_earned=_profile.total_earned + bindparam("earned"),
            total_spent=_profile.total_spent + bindparam("spent"),
            level=bindparam("level"),
            updated_at=bindparam("updated_at"),
        )
    )
)
