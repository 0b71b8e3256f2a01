"""The ledger: posting of entries, which alone changes a balance, and pages of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Select, Update, bindparam, exists, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from bot.database.compiled import CompiledStatement, numbered, numbered_rows
from bot.database.constructs import as_number, as_stored, insert, raw
from bot.database.pagination import Page, read_keyset_page
from bot.errors import BesitosError
from bot.gamification.account import Account
from bot.gamification.books import earned_of
from bot.gamification.context import EconomyContext
from bot.gamification.models import AccountRow, BotConfigRow, LedgerEntryRow
from bot.gamification.stored import read_moment, read_text
from bot.gamification.types import BY_ADMINS, TransactionType

#: Entries on one page.
PAGE: Final = 10


class InsufficientBesitos(BesitosError):
    """A member does not have what shall be taken."""


class StaleAccount(Exception):
    """The account or the level formula is another by now than was read: read both again.

    That is nothing to tell a person, and so no `BesitosError`: the update is done once more.
    """

    def __init__(self, user_id: int) -> None:
        """Name the member."""
        super().__init__(f"The account of member {user_id} changed meanwhile; try again.")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An entry to post: `amount` besitos, negative to take.

    `reference` says for ever what it is for; a second entry with the same one is not posted.
    """

    amount: int
    type: TransactionType
    reference: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The account after posting, and which amounts were posted by type."""

    account: Account
    amounts: Mapping[TransactionType, int]


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry as the ledger has it; `amount` in besitos, negative when taken.

    `created_at` is None where SQL by hand has put something that is no time.
    """

    id: int
    amount: int
    type: TransactionType
    reason: str | None
    created_at: datetime | None


LedgerPage: TypeAlias = Page[PostedEntry]


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
    paid = None
    if economy.connection.dialect.name == "postgresql" and all(map(_is_earned, entries)):
        paid, change = _change(economy, account, _Sums(sum(entry.amount for entry in entries)))
        write, parameters = _insert_and_pay(len(rows)), numbered(rows) | change
    else:
        write, parameters = _insert_new(len(rows)), numbered(rows)
    new = (await write.execute(economy.connection, parameters)).rows
    if not new:
        return Posted(account, {})
    amounts: Counter[TransactionType] = Counter()
    for entry in new:
        amounts[entry.type] += entry.amount
        economy.posted.append((entry.type, entry.amount))
    if paid is None or not new[0].is_paid:
        paid = await _change_balance(economy, account, amounts, new)
    return Posted(paid, amounts)


async def read_ledger(
    connection: AsyncConnection, user_id: int, older_than: int | None = None
) -> LedgerPage:
    """Return a member's newest entries, or those before entry `older_than`."""
    statement = select(
        LedgerEntryRow.id,
        as_number(LedgerEntryRow.amount).label("amount"),
        raw(LedgerEntryRow.type).label("type"),
        LedgerEntryRow.reason,
        as_stored(LedgerEntryRow.created_at).label("created_at"),
    ).where(LedgerEntryRow.user_id == user_id)
    page = await read_keyset_page(connection, statement, LedgerEntryRow.id, PAGE, older_than)
    known = [row for row in page.rows if row.type in list(TransactionType)]
    return Page(tuple(map(_posted_entry, known)), page.older_than)


def _posted_entry(row: Any) -> PostedEntry:
    return PostedEntry(
        row.id,
        row.amount,
        TransactionType(row.type),
        read_text(row.reason),
        read_moment(row.created_at),
    )


async def _change_balance(
    economy: EconomyContext,
    account: Account,
    amounts: Mapping[TransactionType, int],
    entries: Sequence[Any],
) -> Account:
    earned = sum(entry.earned for entry in entries)
    spent, taken = earned - sum(amounts.values()), -amounts.get(TransactionType.ADMIN_TAKE, 0)
    after, change = _change(economy, account, _Sums(earned, spent, taken))
    if after.balance < 0:
        raise InsufficientBesitos(
            f"The member has {account.balance} besitos; take at most that many."
        )
    change["last_earned_id"] = max((one.id for one in entries if one.earned > 0), default=None)
    if (await _CHANGE_BALANCE.execute(economy.connection, change)).rowcount != 1:
        raise StaleAccount(account.user_id)
    return after


class _Sums(NamedTuple):
    """What entries make together, in besitos; `taken` is a part of `spent`."""

    earned: int
    spent: int = 0
    taken: int = 0


def _is_earned(entry: LedgerEntry) -> bool:
    """Whether an entry is a member's own doing, and earned to the last besito."""
    return entry.amount >= 0 and entry.type not in BY_ADMINS


def _change(
    economy: EconomyContext, account: Account, sums: _Sums
) -> tuple[Account, dict[str, Any]]:
    """Return the account as it is then, and the parameters that make it so."""
    after = replace(
        account,
        balance=account.balance + sums.earned - sums.spent,
        total_earned=account.total_earned + sums.earned,
        total_spent=account.total_spent + sums.spent,
        total_taken=account.total_taken + sums.taken,
        level=economy.config.formula.level(account.total_earned + sums.earned),
    )
    return after, {
        "member": account.user_id,
        "earned_before": account.total_earned,
        "spent_before": account.total_spent,
        **sums._asdict(),
        "level": after.level,
        "stored_formula": economy.config.stored_formula,
        "updated_at": economy.now,
    }


_profile = AccountRow
_settings = BotConfigRow.__table__.c
_stored_formula = (
    select(as_stored(_settings.level_formula)).where(_settings.id == 1).scalar_subquery()
)


def _changed(last_earned_id: Any) -> Update:
    """Return the statement that changes a balance, if the account is as it was read."""
    return (
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
            total_taken=_profile.total_taken + bindparam("taken"),
            level=bindparam("level"),
            last_earned_id=func.coalesce(last_earned_id, _profile.last_earned_id),
            updated_at=bindparam("updated_at"),
        )
    )


_CHANGE_BALANCE = CompiledStatement(
    lambda _: _changed(bindparam("last_earned_id", type_=BigInteger))
)


def _inserting(dialect: str, count: int) -> ReturningInsert[Any]:
    new = LedgerEntryRow.__table__.c
    return (
        insert(dialect, LedgerEntryRow)
        .values(numbered_rows((column for column in new if column.name != "id"), count))
        .on_conflict_do_nothing(index_elements=[LedgerEntryRow.reference])
        .returning(
            new.id,
            new.type,
            new.amount,
            earned_of(new.type, new.amount).label("earned"),
            false().label("is_paid"),
        )
    )


@cache
def _insert_new(count: int) -> CompiledStatement:
    """Return the statement that writes so many entries and returns those that were new."""
    return CompiledStatement(lambda dialect: _inserting(dialect, count))


@cache
def _insert_and_pay(count: int) -> CompiledStatement:
    """Return the same for entries that are earned: it pays them at once, if all of them are new.

    That is a visit to the database less for nearly every update; SQLite knows no INSERT inside a
    WITH, but has no network in between either.
    """

    def build(dialect: str) -> Select[Any]:
        entry = _inserting(dialect, count).cte("entry")
        are_all_new = select(func.count()).select_from(entry).scalar_subquery() == count
        last = select(func.max(entry.c.id)).scalar_subquery()
        paid = _changed(last).where(are_all_new).returning(_profile.user_id).cte("paid")
        columns = [column for column in entry.c if column.name != "is_paid"]
        return select(*columns, exists().select_from(paid).label("is_paid"))

    return CompiledStatement(build)
