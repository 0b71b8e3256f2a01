"""What a member's profile shows."""

from dataclasses import dataclass

from bot.gamification.member_state import MemberState
from bot.gamification.models import RewardType, StreakType
from bot.gamification.moment import Economy


@dataclass(frozen=True, slots=True)
class Profile:
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
    badges: tuple[tuple[str, str], ...]

    @property
    def progress(self) -> float:
        """How much of the way from this level to the next is done, from 0 to 1."""
        if self.next_level_at is None:
            return 1.0
        return (self.total_earned - self.level_since) / (self.next_level_at - self.level_since)


def make_profile(economy: Economy, state: MemberState) -> Profile:
    """Return what the account of `state` shows."""
    formula, today = economy.config.level_formula, economy.now.date()
    level = formula.level(state.total_earned)
    streaks = {kind: streak.length_on(today) for kind, streak in state.streaks.items()}
    return Profile(
        balance=state.balance,
        total_earned=state.total_earned,
        level=level,
        level_since=formula.threshold(level),
        next_level_at=formula.next_threshold(state.total_earned),
        gift_streak=streaks.get(StreakType.DAILY_GIFT, 0),
        reaction_streak=streaks.get(StreakType.REACTION, 0),
        badges=tuple(_badges(economy, state)),
    )


def _badges(economy: Economy, state: MemberState) -> list[tuple[str, str]]:
    """Return emoji and name of every badge that was claimed."""
    return [
        (str(reward.value["emoji"]), str(reward.value["badge_name"]))
        for reward in economy.catalogue.values()
        if reward.type is RewardType.BADGE
        and (held := state.rewards.get(reward.id))
        and held.claims > 0
    ]
