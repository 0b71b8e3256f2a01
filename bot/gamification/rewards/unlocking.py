"""Unlock what has come true, in the transaction of what made it true."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.database.upsert import insert
from bot.gamification.member_state import HELD_COLUMNS, HeldReward, MemberState, held_reward
from bot.gamification.models import UserReward, UserRewardStatus
from bot.gamification.moment import Economy
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.rules import hold


async def unlock(economy: Economy, state: MemberState) -> tuple[MemberState, list[Reward]]:
    """Unlock every reward whose conditions hold; return the new state and the rewards.

    At most one statement, however many rewards there are, and none when nothing unlocks.
    """
    due = list(_due(economy, state))
    if not due:
        return state, []
    rows = [_row(economy, state, reward) for reward in due]
    statement = insert(economy.connection.dialect.name, UserReward).values(rows)
    fresh = {name: statement.excluded[name] for name in rows[0] if name.startswith(_RENEWED)}
    result = await economy.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[UserReward.user_id, UserReward.reward_id],
            set_={**fresh, "claimed_at": None},
            # Only a repeatable one gets here again, after its time or after being claimed.
            where=(UserReward.status != UserRewardStatus.UNLOCKED)
            | (UserReward.expires_at <= economy.now),
        ).returning(*HELD_COLUMNS)
    )
    held = {row.reward_id: held_reward(row) for row in result}
    after = replace(state, rewards={**state.rewards, **held})
    return after, [reward for reward in due if reward.id in held]


def can_unlock(held: HeldReward | None, reward: Reward, now: datetime) -> bool:
    """Whether a member who holds the reward as `held` may unlock it (again)."""
    if not reward.is_active:
        return False
    if held is None:
        return True
    return reward.is_repeatable and held.status_at(now) is not UserRewardStatus.UNLOCKED


def _due(economy: Economy, state: MemberState) -> Iterator[Reward]:
    facts = state.facts(economy.now.date())
    for reward in economy.catalogue.values():
        held = state.rewards.get(reward.id)
        since = held.baseline if held else None
        if can_unlock(held, reward, economy.now) and hold(reward.conditions, facts, since):
            yield reward


_RENEWED = ("status", "unlocked_at", "expires_at", "baseline")


def _row(economy: Economy, state: MemberState, reward: Reward) -> dict[str, object]:
    return {
        "user_id": state.user_id,
        "reward_id": reward.id,
        "status": UserRewardStatus.UNLOCKED,
        "unlocked_at": economy.now,
        "expires_at": economy.now + timedelta(hours=reward.claim_window_hours),
        "baseline_earned": state.total_earned,
        "baseline_spent": state.total_spent,
        "baseline_level": state.level,
    }
