"""Withdrawal of what a grant had unlocked, when the grant is undone."""

from datetime import datetime

from sqlalchemy import delete, update

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.models import UserRewardRow
from bot.gamification.rewards.conditions import are_met
from bot.gamification.rewards.user_reward import UserReward
from bot.gamification.types import UserRewardStatus


async def withdraw_unlocked(
    economy: EconomyContext, before: Account, after: Account, since: datetime
) -> None:
    """Lock again what was unlocked `since`, and would not have been with the account of `after`.

    `before` is the account with the besitos that it has not any more. What was claimed stays, and
    what may come again counts as if those besitos had never been.
    """
    for held in before.rewards.values():
        if held.problems or held.unlocked_at < since:
            continue
        row = UserRewardRow.id == held.id
        if not _comes_of_them(economy, held, before, after):
            earned = max(held.baseline.total_earned - before.total_earned + after.total_earned, 0)
            level = min(held.baseline.level, economy.config.formula.level(earned))
            moved = update(UserRewardRow).values(baseline_earned=earned, baseline_level=level)
            await economy.connection.execute(moved.where(row))
        elif held.claims:
            over = {"status": UserRewardStatus.EXPIRED, "expires_at": economy.now}
            await economy.connection.execute(update(UserRewardRow).values(over).where(row))
        else:
            await economy.connection.execute(delete(UserRewardRow).where(row))


def _comes_of_them(
    economy: EconomyContext, held: UserReward, before: Account, after: Account
) -> bool:
    reward = economy.catalogue.get(held.reward_id)
    if reward is None or held.status is UserRewardStatus.CLAIMED:
        return False
    days = economy.day, economy.today
    # A streak that has ended meanwhile says nothing of the besitos.
    had, has = before.facts(*days), after.facts(*days)
    return are_met(reward.conditions, had) and not are_met(reward.conditions, has)
