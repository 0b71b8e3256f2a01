"""Unlock what has come true, in the transaction of what made it true."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_

from bot.database.upsert import insert
from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.models import UserRewardRow, UserRewardStatus
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import are_met
from bot.gamification.rewards.expiring import expire
from bot.gamification.rewards.user_reward import USER_REWARD_COLUMNS, UserReward, read_user_reward


async def unlock(economy: EconomyContext, account: Account) -> tuple[Account, list[Reward]]:
    """Unlock every reward whose conditions hold; return the new account and the rewards.

    At most one statement, however many rewards there are, and none when nothing unlocks; one
    more when an earlier one has expired meanwhile.
    """
    account = await expire(economy, account)
    due = list(_due(economy, account))
    if not due:
        return account, []
    rows = [_row(economy, account, reward) for reward in due]
    statement = insert(economy.connection.dialect.name, UserRewardRow).values(rows)
    fresh = {name: statement.excluded[name] for name in rows[0] if name.startswith(_RENEWED)}
    result = await economy.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[UserRewardRow.user_id, UserRewardRow.reward_id],
            set_={**fresh, "claimed_at": None},
            where=_still_as_known(account, due),
        ).returning(*USER_REWARD_COLUMNS)
    )
    held = {row.reward_id: read_user_reward(row) for row in result}
    after = replace(account, rewards={**account.rewards, **held})
    return after, [reward for reward in due if reward.id in held]


def can_unlock(held: UserReward | None, reward: Reward, now: datetime) -> bool:
    """Whether a member who holds the reward as `held` may unlock it (again)."""
    if not reward.is_active:
        return False
    if held is None:
        return True
    if held.problems:
        return False
    return reward.is_repeatable and held.status_at(now) is not UserRewardStatus.UNLOCKED


def _due(economy: EconomyContext, account: Account) -> Iterator[Reward]:
    facts = account.facts(economy.now.date())
    for reward in economy.catalogue.values():
        held = account.rewards.get(reward.id)
        since = held.baseline if held else None
        if can_unlock(held, reward, economy.now) and are_met(reward.conditions, facts, since):
            yield reward


def _still_as_known(account: Account, due: Sequence[Reward]) -> ColumnElement[bool]:
    """Let only a repeatable reward begin anew, and only if nobody has unlocked it meanwhile."""
    known = [account.rewards[reward.id] for reward in due if reward.id in account.rewards]
    return or_(
        false(),
        *(
            and_(
                held.as_read(),
                UserRewardRow.baseline_earned == held.baseline.total_earned,
            )
            for held in known
        ),
    )


_RENEWED = ("status", "unlocked_at", "expires_at", "baseline")


def _row(economy: EconomyContext, account: Account, reward: Reward) -> dict[str, object]:
    return {
        "user_id": account.user_id,
        "reward_id": reward.id,
        "status": UserRewardStatus.UNLOCKED,
        "unlocked_at": economy.now,
        "expires_at": economy.now + timedelta(hours=reward.claim_window_hours),
        "baseline_earned": account.total_earned,
        "baseline_spent": account.total_spent,
        "baseline_level": account.level,
    }
