"""Write down that an unlocked reward has expired, for those who read the table and not the clock.

Nothing depends on it: `HeldReward.status_at` knows by itself, to the microsecond. It is written
with the member's next action, so no job has to run.
"""

from dataclasses import replace

from sqlalchemy import or_, update

from bot.gamification.member_state import MemberState
from bot.gamification.models import UserReward, UserRewardStatus
from bot.gamification.moment import Economy


async def expire(economy: Economy, state: MemberState) -> MemberState:
    """Mark what was not claimed in time; no statement when there is nothing."""
    expired = {
        reward_id: replace(held, status=UserRewardStatus.EXPIRED)
        for reward_id, held in state.rewards.items()
        if held.status is not held.status_at(economy.now)
    }
    if not expired:
        return state
    await economy.connection.execute(
        update(UserReward)
        .where(
            UserReward.user_id == state.user_id,
            UserReward.status == UserRewardStatus.UNLOCKED,
            or_(*(held.as_read() for held in expired.values())),
        )
        .values(status=UserRewardStatus.EXPIRED)
    )
    return replace(state, rewards={**state.rewards, **expired})
