"""Claim an unlocked reward: exactly once, whatever is pressed."""

from dataclasses import dataclass, replace

from sqlalchemy import update

from bot.errors import BesitosError
from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, post
from bot.gamification.level_formula import MAX_TOTAL_EARNED
from bot.gamification.models import RewardType, TransactionType, UserRewardRow, UserRewardStatus
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.unlocking import unlock


class NotClaimable(BesitosError):
    """The member may not claim this reward; `status` says why, None: not unlocked at all."""

    def __init__(self, status: UserRewardStatus | None) -> None:
        """Say why."""
        super().__init__(f"The reward cannot be claimed: it is {status or 'not unlocked'}.")
        self.status = status


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What a claim brought: `paid` besitos (0 for a badge), and what it unlocked in turn."""

    account: Account
    reward: Reward
    paid: int
    unlocked: tuple[Reward, ...]


async def claim(economy: EconomyContext, account: Account, reward_id: int) -> ClaimResult:
    """Claim one of the member's own unlocked rewards. Raises `NotClaimable`."""
    held = account.rewards.get(reward_id)
    reward = economy.catalogue.get(reward_id)
    if held is None or reward is None:
        raise NotClaimable(None)
    status = held.status_at(economy.now)
    if status is not UserRewardStatus.UNLOCKED:
        raise NotClaimable(status)
    # The guard is in the statement: whoever comes second finds nothing to update.
    result = await economy.connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.user_id == account.user_id,
            UserRewardRow.status == UserRewardStatus.UNLOCKED,
            # The same times as were read: the payment is named by one, and the other is not over.
            held.as_read(),
        )
        .values(
            status=UserRewardStatus.CLAIMED,
            claimed_at=economy.now,
            claims=UserRewardRow.claims + 1,
        )
    )
    if result.rowcount != 1:
        raise NotClaimable(status)
    claimed = replace(held, status=UserRewardStatus.CLAIMED, claims=held.claims + 1)
    after = replace(account, rewards={**account.rewards, reward_id: claimed})
    paid = 0
    if reward.type is RewardType.BESITOS:
        # A repeatable reward is unlocked at another time each time, which tells its payments apart.
        reference = f"reward:{held.id}:{held.unlocked_at.isoformat()}"
        entry = LedgerEntry(reward.value["amount"], TransactionType.REWARD, reference, reward.name)
        booked = await post(economy, after, [entry])
        paid = sum(booked.amounts.values())
        after = await _count_from_here(economy, booked.account, paid)
    after, unlocked = await unlock(economy, after)
    return ClaimResult(after, reward, paid, tuple(unlocked))


async def _count_from_here(economy: EconomyContext, account: Account, paid: int) -> Account:
    """Leave out what a reward paid when the member earns towards having one again.

    Else a repeatable reward, or two of them in turn, would pay for their own repetition for ever.
    """
    await economy.connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.user_id == account.user_id,
            # One that SQL by hand has put beyond would overflow, and nothing is counted from there.
            UserRewardRow.baseline_earned <= MAX_TOTAL_EARNED,
        )
        .values(baseline_earned=UserRewardRow.baseline_earned + paid)
    )
    moved = {
        reward_id: replace(
            held,
            baseline=replace(held.baseline, total_earned=held.baseline.total_earned + paid),
        )
        for reward_id, held in account.rewards.items()
    }
    return replace(account, rewards=moved)
