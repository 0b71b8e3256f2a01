"""Account lookup for admins, and adjustments of balances."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BesitosError
from bot.gamification.account import Account, User, load_account
from bot.gamification.admin.audit import Action, record
from bot.gamification.context import EconomyContext
from bot.gamification.leaderboard import Rank, read_rank
from bot.gamification.ledger import InsufficientBesitos, LedgerEntry, LedgerPage, post, read_ledger
from bot.gamification.models import UserRow
from bot.gamification.profile import AccountView, account_view
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import unlock
from bot.gamification.types import TransactionType


class MemberNotFound(BesitosError):
    """The bot knows no such member."""


class AmbiguousMember(BesitosError):
    """A username that several members have had; `user_ids` are theirs."""

    def __init__(self, user_ids: tuple[int, ...]) -> None:
        """Ask for the id."""
        ids = ", ".join(map(str, user_ids))
        super().__init__(f"Several members have had that name; give the id of one: {ids}.")
        self.user_ids = user_ids


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What an admin sees of a member."""

    member: User
    profile: AccountView
    standing: Rank
    history: LedgerPage


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment, `booked` in besitos (0: that very adjustment was booked before)."""

    member: User
    account: Account
    booked: int
    unlocked: tuple[Reward, ...]


async def find_member(connection: AsyncConnection, text: str) -> int:
    """Return the id that `text` means, an id or a @username.

    Raises `MemberNotFound` or `AmbiguousMember`.
    """
    wanted = text.strip().removeprefix("@")
    if wanted.isascii() and wanted.isdecimal() and len(wanted) <= _LONGEST_ID:
        where = UserRow.user_id == int(wanted)
    else:
        where = func.lower(UserRow.username) == wanted.lower()
    found = (await connection.scalars(select(UserRow.user_id).where(where).limit(_ENOUGH))).all()
    if not found:
        raise MemberNotFound("There is no such member; they must have used the bot once.")
    if len(found) > 1:
        raise AmbiguousMember(tuple(found))
    return found[0]


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
    return Adjustment(member, after, sum(posted.amounts.values()), tuple(unlocked))


async def _load(economy: EconomyContext, user_id: int) -> tuple[User, Account]:
    found = await load_account(economy, user_id)
    if found is None:
        raise MemberNotFound("There is no such member; they must have used the bot once.")
    return found


_LONGEST_ID = 18
_ENOUGH = 5
