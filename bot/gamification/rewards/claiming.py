"""Claim an unlocked reward: exactly once, whatever is pressed."""

from dataclasses import dataclass, replace

from sqlalchemy import update

from bot.errors import BesitosError
from bot.gamification.economy import Entry, book
from bot.gamification.level_formula import MAX_TOTAL_EARNED
from bot.gamification.member_state import MemberState
from bot.gamification.models import RewardType, TransactionType, UserReward, UserRewardStatus
from bot.gamification.moment import Economy
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

    state: MemberState
    reward: Reward
    paid: int
    unlocked: tuple[Reward, ...]


async def claim(economy: Economy, state: MemberState, reward_id: int) -> ClaimResult:
    """Claim one of the member's own unlocked rewards. Raises `NotClaimable`."""
    held = state.rewards.get(reward_id)
    reward = economy.catalogue.get(reward_id)
    if held is None or reward is None:
        raise NotClaimable(None)
    status = held.status_at(economy.now)
    if status is not UserRewardStatus.UNLOCKED:
        raise NotClaimable(status)
    # The guard is in the statement: whoever comes second finds nothing to update.
    result = await economy.connection.execute(
        update(UserReward)
        .where(
            UserReward.user_id == state.user_id,
            UserReward.status == UserRewardStatus.UNLOCKED,
            # The same times as were read: the payment is named by one, and the other is not over.
            held.as_read(),
        )
        .values(
            status=UserRewardStatus.CLAIMED,
            claimed_at=economy.now,
            claims=UserReward.claims + 1,
        )
    )
    if result.rowcount != 1:
        raise NotClaimable(status)
    claimed = replace(held, status=UserRewardStatus.CLAIMED, claims=held.claims + 1)
    after = replace(state, rewards={**state.rewards, reward_id: claimed})
    paid = 0
    if reward.type is RewardType.BESITOS:
        # A repeatable reward is unlocked at another time each time, which tells its payments apart.
        reference = f"reward:{held.id}:{held.unlocked_at.isoformat()}"
        entry = Entry(reward.value["amount"], TransactionType.REWARD, reference, reward.name)
        booked = await book(economy, after, [entry])
        paid = sum(booked.amounts.values())
        after = await _count_from_here(economy, booked.state, paid)
    after, unlocked = await unlock(economy, after)
    return ClaimResult(after, reward, paid, tuple(unlocked))


async def _count_from_here(economy: Economy, state: MemberState, paid: int) -> MemberState:
    """Leave out what a reward paid when the member earns towards having one again.

    Else a repeatable reward, or two of them in turn, would pay for their own repetition for ever.
    """
    await economy.connection.execute(
        update(UserReward)
        .where(
            UserReward.user_id == state.user_id,
            # One that SQL by hand has put beyond would overflow, and nothing is counted from there.
            UserReward.baseline_earned <= MAX_TOTAL_EARNED,
        )
        .values(baseline_earned=UserReward.baseline_earned + paid)
    )
    moved = {
        reward_id: replace(
            held,
            baseline=replace(held.baseline, total_earned=held.baseline.total_earned + paid),
        )
        for reward_id, held in state.rewards.items()
    }
    return replace(state, rewards=moved)
