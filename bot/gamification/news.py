"""News of a member: what a move brought besides the besitos that it is known to pay."""

from dataclasses import dataclass
from typing import Final

from bot.gamification.account import Account
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.streaks import LostStreak


@dataclass(frozen=True, slots=True)
class News:
    """What is worth a word to the member; false when there is nothing.

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
