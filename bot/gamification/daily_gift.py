"""Daily gift: once a day, more when the day before's was taken too."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import BesitosError
from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, StaleAccount, post
from bot.gamification.profile import level_reached
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import unlock
from bot.gamification.streaks import LostStreak, Streak, continued, lost_streak, save_streak
from bot.gamification.types import StreakType, TransactionType


class GiftAlreadyTaken(BesitosError):
    """The day's gift has been taken; `due` is when the next one may be."""

    def __init__(self, streak: int, due: datetime) -> None:
        """Say when to come back."""
        super().__init__(f"Today's gift has been taken; the next is due at {due.isoformat()}.")
        self.streak = streak
        self.due = due


@dataclass(frozen=True, slots=True)
class GiftResult:
    """What the gift brought in besitos: `gift` and `bonus`; the streak in days; the next one.

    `next_gift` is what that pays, at `due` or on the day that begins then.

    `paid_before` says that the ledger had that day's gift already, though the streak had not: a
    clock was ahead then, or the streak has been deleted since. The day is counted, and not paid.
    `level` is one that it reached, `lost` a long streak that has begun anew with it.
    """

    account: Account
    gift: int
    bonus: int
    streak: int
    due: datetime
    next_gift: int
    unlocked: tuple[Reward, ...]
    paid_before: bool = False
    level: int | None = None
    lost: LostStreak | None = None


async def take_gift(economy: EconomyContext, account: Account) -> GiftResult:
    """Give the gift of the day on which the member asked. Raises `GiftAlreadyTaken`."""
    day, before = economy.day, account.streaks.get(StreakType.DAILY_GIFT)
    if before and before.includes(day):
        raise GiftAlreadyTaken(_length(economy, before), _due(economy, before))
    streak = continued(before, day)
    if not await save_streak(economy.connection, account.user_id, StreakType.DAILY_GIFT, streak):
        raise StaleAccount(account.user_id)
    gift = economy.config.besitos_daily_gift
    streak_bonus = economy.config.besitos_daily_streak_bonus
    bonus = streak_bonus if streak.length_on(day) > 1 else 0
    entry = LedgerEntry(
        gift + bonus, TransactionType.DAILY_GIFT, f"gift:{account.reference_id}:{day}"
    )
    counted = replace(account, streaks={**account.streaks, StreakType.DAILY_GIFT: streak})
    posted = await post(economy, counted, [entry])
    after, unlocked = await unlock(economy, posted.account)
    paid_before = entry.amount > 0 and not posted.amounts
    return GiftResult(
        account=after,
        gift=0 if paid_before else gift,
        bonus=0 if paid_before else bonus,
        streak=_length(economy, streak),
        due=_due(economy, streak),
        # Days late, the streak may be over by now, and the next gift without the extra.
        next_gift=gift + (streak_bonus if streak.length_on(max(day, economy.today)) else 0),
        unlocked=tuple(unlocked),
        paid_before=paid_before,
        level=level_reached(account, posted.account),
        lost=lost_streak(before, day),
    )


def _length(economy: EconomyContext, streak: Streak) -> int:
    """Return the streak as it stands today, or as it stood on the day of a late update."""
    return max(streak.length_on(economy.day), streak.length_on(economy.today), 1)


def _due(economy: EconomyContext, streak: Streak) -> datetime:
    return economy.calendar.start(streak.due_after(economy.day))
