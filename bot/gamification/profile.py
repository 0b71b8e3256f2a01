"""Profile of a member: the account with level progress, streaks and badges; and news of it."""

from dataclasses import dataclass
from typing import Final

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.streaks import LostStreak
from bot.gamification.types import RewardType, StreakType


@dataclass(frozen=True, slots=True)
class AccountView:
    """A member's account in besitos, streaks in days, and how far it is to the next level.

    `next_level_at` is the total that the next level takes; None when there is none in reach.
    """

    balance: int
    total_earned: int
    level: int
    level_since: int
    next_level_at: int | None
    gift_streak: int
    reaction_streak: int
    gift_record: int
    reaction_record: int
    badges: tuple[tuple[str, str], ...]

    @property
    def progress(self) -> float:
        """How much of the way from this level to the next is done, from 0 to 1."""
        if self.next_level_at is None:
            return 1.0
        return (self.total_earned - self.level_since) / (self.next_level_at - self.level_since)


def account_view(economy: EconomyContext, account: Account) -> AccountView:
    """Return what `account` shows."""
    formula, today = economy.config.formula, economy.today
    level = formula.level(account.total_earned)
    streaks = {kind: streak.length_on(today) for kind, streak in account.streaks.items()}
    records = {kind: streak.longest for kind, streak in account.streaks.items()}
    return AccountView(
        balance=account.balance,
        total_earned=account.total_earned,
        level=level,
        level_since=formula.threshold(level),
        next_level_at=formula.next_threshold(account.total_earned),
        gift_streak=streaks.get(StreakType.DAILY_GIFT, 0),
        reaction_streak=streaks.get(StreakType.REACTION, 0),
        gift_record=records.get(StreakType.DAILY_GIFT, 0),
        reaction_record=records.get(StreakType.REACTION, 0),
        badges=tuple(_badges(economy, account)),
    )


def _badges(economy: EconomyContext, account: Account) -> list[tuple[str, str]]:
    """Return emoji and name of every badge that was claimed."""
    return [
        (str(reward.value["emoji"]), str(reward.value["badge_name"]))
        for reward in economy.catalogue.values()
        if reward.type is RewardType.BADGE
        and (held := account.rewards.get(reward.id))
        and held.claims > 0
    ]


@dataclass(frozen=True, slots=True)
class News:
    """What a move brought besides its besitos, worth a word; false when there is nothing.

    `level` is one that was reached just now, `lost` a streak that began anew.
    """

    unlocked: tuple[Reward, ...] = ()
    level: int | None = None
    lost: LostStreak | None = None

    def __bool__(self) -> bool:
        """Return whether there is anything to tell."""
        return bool(self.unlocked or self.level or self.lost)


NO_NEWS: Final = News()


def level_reached(before: Account, after: Account) -> int | None:
    """Return the level of `after` if it is above that of `before`."""
    return after.level if after.level > before.level else None
