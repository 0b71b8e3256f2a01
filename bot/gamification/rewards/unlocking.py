"""Unlock what has come true, in the transaction of what made it true."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_

from bot.database.upsert import insert
from bot.gamification.member_state import MemberState
from bot.gamification.models import UserReward, UserRewardStatus
from bot.gamification.moment import Economy
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.expiring import expire
from bot.gamification.rewards.held import HELD_COLUMNS, HeldReward, held_reward
from bot.gamification.rewards.rules import hold


async def unlock(economy: Economy, state: MemberState) -> tuple[MemberState, list[Reward]]:
    """Unlock every reward whose conditions hold; return the new state and the rewards.

    At most one statement, however many rewards there are, and none when nothing unlocks; one
    more when an earlier one has expired meanwhile.
    """
    state = await expire(economy, state)
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
            where=_still_as_known(state, due),
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
    if held.problems:
        return False
    return reward.is_repeatable and held.status_at(now) is not UserRewardStatus.UNLOCKED


def _due(economy: Economy, state: MemberState) -> Iterator[Reward]:
    facts = state.facts(economy.now.date())
    for reward in economy.catalogue.values():
        held = state.rewards.get(reward.id)
        since = held.baseline if held else None
        if can_unlock(held, reward, economy.now) and hold(reward.conditions, facts, since):
            yield reward


def _still_as_known(state: MemberState, due: Sequence[Reward]) -> ColumnElement[bool]:
    """Let only a repeatable reward begin anew, and only if nobody has unlocked it meanwhile."""
    known = [state.rewards[reward.id] for reward in due if reward.id in state.rewards]
    return or_(
        false(),
        *(
            and_(
                held.as_read(),
                UserReward.baseline_earned == held.baseline.total_earned,
            )
            for held in known
        ),
    )


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
