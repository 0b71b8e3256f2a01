"""Write down that an unlocked reward has expired, for those who read the table and not the clock.

Nothing depends on it: `UserReward.status_at` knows by itself, to the microsecond. It is written
with the member's next action, so no job has to run.
"""

from dataclasses import replace

from sqlalchemy import or_, update

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.models import UserRewardRow, UserRewardStatus


async def expire(economy: EconomyContext, account: Account) -> Account:
    """Mark what was not claimed in time; no statement when there is nothing."""
    expired = {
        reward_id: replace(held, status=UserRewardStatus.EXPIRED)
        for reward_id, held in account.rewards.items()
        if held.status is not held.status_at(economy.now)
    }
    if not expired:
        return account
    await economy.connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.user_id == account.user_id,
            UserRewardRow.status == UserRewardStatus.UNLOCKED,
            or_(*(held.as_read() for held in expired.values())),
        )
        .values(status=UserRewardStatus.EXPIRED)
    )
    return replace(account, rewards={**account.rewards, **expired})
