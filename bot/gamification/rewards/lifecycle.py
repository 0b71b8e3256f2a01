"""Unlock, claim and expiry of a member's rewards."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.sql.dml import UpdateBase

from bot.database.compiled import CompiledStatement, numbered, numbered_rows
from bot.database.constructs import insert
from bot.errors import BesitosError
from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.ledger import LedgerEntry, post
from bot.gamification.level_formula import MAX_TOTAL_EARNED
from bot.gamification.models import UserRewardRow
from bot.gamification.profile import level_reached
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import are_met
from bot.gamification.rewards.user_reward import (
    USER_REWARD_COLUMNS,
    UserReward,
    as_read,
    read_user_reward,
)
from bot.gamification.types import RewardType, TransactionType, UserRewardStatus


class NotClaimable(BesitosError):
    """The member may not claim this reward; `status` says why, None: not unlocked at all."""

    def __init__(self, status: UserRewardStatus | None) -> None:
        """Say why."""
        super().__init__(f"The reward cannot be claimed: it is {status or 'not unlocked'}.")
        self.status = status


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What a claim brought: `paid` besitos (0 for a badge), and what it unlocked in turn.

    `level` is one that it reached.
    """

    account: Account
    reward: Reward
    paid: int
    unlocked: tuple[Reward, ...]
    level: int | None = None


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
    result = await _unlocking(len(rows)).execute(economy.connection, numbered(rows))
    held = {row.reward_id: read_user_reward(row, economy.calendar) for row in result.rows}
    after = replace(account, rewards={**account.rewards, **held})
    return after, [reward for reward in due if reward.id in held]


def can_unlock(held: UserReward | None, reward: Reward, now: datetime) -> bool:
    """Return whether a member who holds the reward as `held` may unlock it (again)."""
    if not reward.is_active:
        return False
    if held is None:
        return True
    if held.problems:
        return False
    return reward.is_repeatable and held.status_at(now) is not UserRewardStatus.UNLOCKED


async def claim(economy: EconomyContext, account: Account, reward_id: int) -> ClaimResult:
    """Claim one of the member's own unlocked rewards. Raises `NotClaimable`."""
    held = account.rewards.get(reward_id)
    reward = economy.catalogue.get(reward_id)
    if held is None or reward is None:
        raise NotClaimable(None)
    status = held.status_at(economy.now)
    if status is not UserRewardStatus.UNLOCKED:
        raise NotClaimable(status)
    # The guard is in the statement: whoever comes second finds nothing to update.
    result = await economy.connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.user_id == account.user_id,
            UserRewardRow.status != UserRewardStatus.CLAIMED,
            # The same times as were read: the payment is named by one, and the other is not over.
            held.as_read(),
        )
        .values(
            status=UserRewardStatus.CLAIMED,
            claimed_at=economy.now,
            claims=UserRewardRow.claims + 1,
        )
    )
    if result.rowcount != 1:
        raise NotClaimable(status)
    claimed = replace(held, status=UserRewardStatus.CLAIMED, claims=held.claims + 1)
    after = replace(account, rewards={**account.rewards, reward_id: claimed})
    paid = 0
    if reward.type is RewardType.BESITOS:
        # A repeatable reward is unlocked at another time each time, which tells its payments apart.
        reference = f"reward:{held.id}:{held.unlocked_at.isoformat()}"
        entry = LedgerEntry(reward.value["amount"], TransactionType.REWARD, reference, reward.name)
        posted = await post(economy, after, [entry])
        paid = sum(posted.amounts.values())
        after = await _count_from_here(economy, posted.account, paid)
    after, unlocked = await unlock(economy, after)
    return ClaimResult(after, reward, paid, tuple(unlocked), level_reached(account, after))


async def restart_deadlines(
    economy: EconomyContext, account: Account, reward_ids: Collection[int]
) -> Account:
    """Let the time to claim these begin now, as for a member who hears of them only now.

    What was claimed, and what the member has not unlocked, stays as it is.
    """
    restarted = {
        reward_id: replace(
            held,
            status=UserRewardStatus.UNLOCKED,
            expires_at=economy.now + timedelta(hours=reward.claim_window_hours),
        )
        for reward_id in reward_ids
        if (held := account.rewards.get(reward_id))
        and (reward := economy.catalogue.get(reward_id))
        and held.status is not UserRewardStatus.CLAIMED
        and not held.problems
    }
    for held in restarted.values():
        await economy.connection.execute(
            update(UserRewardRow)
            .where(held.as_read(), UserRewardRow.status != UserRewardStatus.CLAIMED)
            .values(status=held.status, expires_at=held.expires_at)
        )
    return await _read_again(economy, account) if restarted else account


async def _read_again(economy: EconomyContext, account: Account) -> Account:
    """Return the account with its rewards as they are stored by now, which writes compare."""
    stored = select(*USER_REWARD_COLUMNS).where(UserRewardRow.user_id == account.user_id)
    rows = await economy.connection.execute(stored)
    rewards = {row.reward_id: read_user_reward(row, economy.calendar) for row in rows}
    return replace(account, rewards=rewards)


async def expire(economy: EconomyContext, account: Account) -> Account:
    """Mark what was not claimed in time; no statement when there is nothing.

    Nothing depends on it: `UserReward.status_at` knows by itself, to the microsecond. It is written
    with the member's next action, for those who read the table and not the clock, so no job runs.
    """
    expired = {
        reward_id: replace(held, status=UserRewardStatus.EXPIRED)
        for reward_id, held in account.rewards.items()
        if held.status is UserRewardStatus.UNLOCKED
        and held.status_at(economy.now) is UserRewardStatus.EXPIRED
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


def _due(economy: EconomyContext, account: Account) -> Iterator[Reward]:
    facts = account.facts(economy.day, economy.today)
    for reward in economy.catalogue.values():
        held = account.rewards.get(reward.id)
        since = held.baseline if held else None
        if can_unlock(held, reward, economy.now) and are_met(reward.conditions, facts, since):
            yield reward


def _row(economy: EconomyContext, account: Account, reward: Reward) -> dict[str, object]:
    """Return the row of a reward that is unlocked now, and how that of an earlier time was read."""
    held = account.rewards.get(reward.id)
    unlocked_at, expires_at = held.stored if held else (None, None)
    return {
        "user_id": account.user_id,
        "reward_id": reward.id,
        "status": UserRewardStatus.UNLOCKED,
        "unlocked_at": economy.now,
        "expires_at": economy.now + timedelta(hours=reward.claim_window_hours),
        "baseline_earned": account.total_earned,
        "baseline_spent": account.spent,
        "baseline_level": account.level,
        "read_id": held.id if held else None,
        "read_unlocked_at": unlocked_at,
        "read_expires_at": expires_at,
        "read_earned": held.baseline.total_earned if held else None,
    }


_RENEWED: Final = (
    "status",
    "unlocked_at",
    "expires_at",
    "baseline_earned",
    "baseline_spent",
    "baseline_level",
)


@cache
def _unlocking(count: int) -> CompiledStatement:
    """Return the statement that unlocks so many rewards, and returns those that nobody has before.

    Of those that are there, only a repeatable one begins anew, and only as it was read.
    """
    table = UserRewardRow.__table__.c
    rows = numbered_rows((table[name] for name in ("user_id", "reward_id", *_RENEWED)), count)
    as_known = [
        as_read(*(bindparam(f"row{n}_read_{name}") for name in ("id", "unlocked_at", "expires_at")))
        & (table.baseline_earned == bindparam(f"row{n}_read_earned"))
        for n in range(count)
    ]

    def build(dialect: str) -> UpdateBase:
        statement = insert(dialect, UserRewardRow).values(rows)
        return statement.on_conflict_do_update(
            index_elements=[table.user_id, table.reward_id],
            set_={name: statement.excluded[name] for name in _RENEWED} | {"claimed_at": None},
            where=or_(*as_known),
        ).returning(*USER_REWARD_COLUMNS)

    return CompiledStatement(build)


async def _count_from_here(economy: EconomyContext, account: Account, paid: int) -> Account:
    """Leave out what a reward paid when the member earns towards having one again.

    Else a repeatable reward, or two of them in turn, would pay for their own repetition for ever.
    """
    await economy.connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.user_id == account.user_id,
            # One that SQL by hand has put beyond would overflow, and nothing is counted from there.
            UserRewardRow.baseline_earned <= MAX_TOTAL_EARNED,
        )
        .values(baseline_earned=UserRewardRow.baseline_earned + paid)
    )
    moved = {
        reward_id: replace(
            held,
            baseline=replace(held.baseline, total_earned=held.baseline.total_earned + paid),
        )
        for reward_id, held in account.rewards.items()
    }
    return replace(account, rewards=moved)
