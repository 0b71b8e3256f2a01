"""Daily gift: once per UTC day, more when yesterday's was taken too."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from bot.errors import BesitosError
from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, post
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.lifecycle import unlock
from bot.gamification.streaks import ONE_DAY, continued, save_day
from bot.gamification.types import StreakType, TransactionType


class GiftAlreadyTaken(BesitosError):
    """Today's gift has been taken; `due` is when the next one may be."""

    def __init__(self, streak: int, due: datetime) -> None:
        """Say when to come back."""
        super().__init__(f"Today's gift has been taken; the next is due at {due:%H:%M} UTC.")
        self.streak = streak
        self.due = due


@dataclass(frozen=True, slots=True)
class GiftResult:
    """What the gift brought in besitos: `gift` and `bonus`; the streak in days; the next one."""

    account: Account
    gift: int
    bonus: int
    streak: int
    due: datetime
    unlocked: tuple[Reward, ...]


async def take_gift(economy: EconomyContext, account: Account) -> GiftResult:
    """Give today's gift. Raises `GiftAlreadyTaken`."""
    today = economy.now.date()
    due = datetime.combine(today + ONE_DAY, time(), tzinfo=UTC)
    before = account.streaks.get(StreakType.DAILY_GIFT)
    streak = continued(before, today)
    if streak == before or not await save_day(
        economy.connection, account.user_id, StreakType.DAILY_GIFT, today
    ):
        raise GiftAlreadyTaken(streak.current, due)
    gift = economy.config.besitos_daily_gift
    bonus = economy.config.besitos_daily_streak_bonus if streak.current > 1 else 0
    reference = f"gift:{account.user_id}:{today}"
    counted = replace(account, streaks={**account.streaks, StreakType.DAILY_GIFT: streak})
    posted = await post(
        economy, counted, [LedgerEntry(gift + bonus, TransactionType.DAILY_GIFT, reference)]
    )
    after, unlocked = await unlock(economy, posted.account)
    return GiftResult(after, gift, bonus, streak.current, due, tuple(unlocked))
