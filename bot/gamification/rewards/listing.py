"""List of rewards for one member: claimable first, then locked, then past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import Progress, overall
from bot.gamification.rewards.lifecycle import can_unlock
from bot.gamification.types import UserRewardStatus


@dataclass(frozen=True, slots=True)
class RewardLine:
    """One reward for one member; a status of None means locked, with `progress` towards it.

    `last` is how it ended the last time, for one that may come again.
    """

    reward: Reward
    status: UserRewardStatus | None
    expires_at: datetime | None
    progress: Progress
    last: UserRewardStatus | None = None


@dataclass(frozen=True, slots=True)
class RewardPage:
    """Some of a member's lines; pages count from 0."""

    lines: tuple[RewardLine, ...]
    page: int
    has_next: bool


#: Each line may take some hundred characters, and a message has 4096.
PAGE: Final = 8
_ORDER = (UserRewardStatus.UNLOCKED, None, UserRewardStatus.CLAIMED, UserRewardStatus.EXPIRED)


def list_rewards(economy: EconomyContext, account: Account, page: int = 0) -> RewardPage:
    """Return one page in order. Secret rewards stay hidden while locked, retired ones too."""
    lines = [_line(economy, account, reward) for reward in economy.catalogue.values()]
    visible = [
        line
        for line in lines
        if line.status is not None or (line.reward.is_active and not line.reward.is_secret)
    ]
    visible.sort(key=lambda line: _ORDER.index(line.status))
    end = (page + 1) * PAGE
    return RewardPage(tuple(visible[end - PAGE : end]), page, has_next=len(visible) > end)


def _line(economy: EconomyContext, account: Account, reward: Reward) -> RewardLine:
    held = account.rewards.get(reward.id)
    status = held.status_at(economy.now) if held else None
    since = last = None
    if held and can_unlock(held, reward, economy.now):
        status, last, since = None, status, held.baseline  # on its way to the next time
    facts = account.facts(economy.day, economy.today)
    return RewardLine(
        reward=reward,
        status=status,
        expires_at=held.expires_at if held else None,
        progress=overall(reward.conditions, facts, since),
        last=last,
    )
