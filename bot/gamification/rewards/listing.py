"""What a member sees of the rewards: claimable first, then locked, then past."""

from dataclasses import dataclass
from datetime import datetime

from bot.gamification.member_state import MemberState
from bot.gamification.models import UserRewardStatus
from bot.gamification.moment import Economy
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.rules import Progress, overall
from bot.gamification.rewards.unlocking import can_unlock


@dataclass(frozen=True, slots=True)
class RewardLine:
    """One reward for one member; a status of None means locked, with `progress` towards it."""

    reward: Reward
    status: UserRewardStatus | None
    expires_at: datetime | None
    progress: Progress


_ORDER = (UserRewardStatus.UNLOCKED, None, UserRewardStatus.CLAIMED, UserRewardStatus.EXPIRED)


def list_rewards(economy: Economy, state: MemberState) -> list[RewardLine]:
    """Return the lines in order. Secret rewards stay hidden while locked, retired ones too."""
    lines = [_line(economy, state, reward) for reward in economy.catalogue.values()]
    visible = [
        line
        for line in lines
        if line.status is not None or (line.reward.is_active and not line.reward.is_secret)
    ]
    return sorted(visible, key=lambda line: _ORDER.index(line.status))


def _line(economy: Economy, state: MemberState, reward: Reward) -> RewardLine:
    held = state.rewards.get(reward.id)
    status = held.status_at(economy.now) if held else None
    since = None
    if held and can_unlock(held, reward, economy.now):
        status, since = None, held.baseline  # on its way to the next time
    facts = state.facts(economy.now.date())
    return RewardLine(
        reward=reward,
        status=status,
        expires_at=held.expires_at if held else None,
        progress=overall(reward.conditions, facts, since),
    )
