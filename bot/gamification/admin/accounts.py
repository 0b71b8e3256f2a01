"""Accounts as admins see them, and adjustments of balances."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.errors import BesitosError
from bot.gamification.account import Account, User, load_account
from bot.gamification.admin.audit import Action, record
from bot.gamification.context import EconomyContext
from bot.gamification.leaderboard import Rank, read_rank
from bot.gamification.ledger import InsufficientBesitos, LedgerEntry, LedgerPage, post, read_ledger
from bot.gamification.models import LedgerEntryRow
from bot.gamification.profile import AccountView, account_view, level_reached
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import unlock
from bot.gamification.types import TransactionType


class MemberNotFound(BesitosError):
    """The bot knows no such member."""


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What an admin sees of a member."""

    member: User
    profile: AccountView
    rank: Rank
    history: LedgerPage


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment, `booked` in besitos (0: that very adjustment was booked before).

    `level` is one that it reached.
    """

    member: User
    account: Account
    booked: int
    unlocked: tuple[Reward, ...]
    level: int | None = None


async def read_account(
    economy: EconomyContext, user_id: int, older_than: int | None = None
) -> AccountDetails:
    """Return a member's account with a page of the ledger. Raises `MemberNotFound`."""
    member, account = await _load(economy, user_id)
    return AccountDetails(
        member,
        account_view(economy, account),
        await read_rank(economy.connection, account),
        await read_ledger(economy.connection, user_id, older_than),
    )


def refuse_overdraft(balance: int, amount: int) -> None:
    """Raise `InsufficientBesitos` when `amount` (negative: taken) is more than `balance` holds."""
    if balance + amount < 0:
        raise InsufficientBesitos(f"The member has {balance} besitos; take at most that many.")


async def adjust_balance(  # noqa: PLR0913 - each is a part of the ledger entry
    economy: EconomyContext,
    admin_id: int,
    user_id: int,
    amount: int,
    *,
    reason: str,
    reference: str,
) -> Adjustment:
    """Grant `amount` besitos, or take them when it is negative, and unlock what comes true.

    Raises `MemberNotFound` or `InsufficientBesitos`; the transaction must be rolled back then.
    """
    member, account = await _load(economy, user_id)
    kind = TransactionType.ADMIN_GRANT if amount > 0 else TransactionType.ADMIN_TAKE
    posted = await post(economy, account, [LedgerEntry(amount, kind, reference, reason)])
    after, unlocked = await unlock(economy, posted.account)
    if posted.amounts:
        await record(
            economy,
            admin_id,
            Action.GRANT if amount > 0 else Action.TAKE,
            f"member:{user_id}",
            before={"balance": account.balance},
            after={"balance": after.balance, "amount": amount, "reason": reason},
        )
    level = level_reached(account, posted.account)
    return Adjustment(member, after, sum(posted.amounts.values()), tuple(unlocked), level)


async def is_booked(economy: EconomyContext, reference: str) -> bool:
    """Return whether an adjustment of that reference is in the ledger."""
    line = select(LedgerEntryRow.id).where(LedgerEntryRow.reference == reference)
    return await economy.connection.scalar(line) is not None


async def _load(economy: EconomyContext, user_id: int) -> tuple[User, Account]:
    found = await load_account(economy, user_id)
    if found is None:
        raise MemberNotFound("There is no such member; they must have used the bot once.")
    return found
