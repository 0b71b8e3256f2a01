"""The list of rewards as a member sees it, and its order."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import Baseline, Condition, Progress
from bot.gamification.rewards.listing import list_rewards
from bot.gamification.rewards.user_reward import UserReward
from bot.gamification.types import ConditionType, RewardType, UserRewardStatus

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
U, C, E = UserRewardStatus.UNLOCKED, UserRewardStatus.CLAIMED, UserRewardStatus.EXPIRED


def reward(number: int, **fields: Any) -> Reward:
    values = {
        "id": number,
        "name": f"R{number}",
        "description": None,
        "type": RewardType.BESITOS,
        "value": {"amount": 1},
        "is_active": True,
        "is_repeatable": False,
        "is_secret": False,
        "claim_window_hours": 1,
        "conditions": (Condition(ConditionType.TOTAL_POINTS, 100, 0),),
    }
    return Reward(**{**values, **fields})


def held(number: int, status: UserRewardStatus, expires_at: datetime = NOW + HOUR) -> UserReward:
    baseline = Baseline(NOW.date(), total_earned=50, total_spent=0, level=1)
    return UserReward(number, number, status, NOW - HOUR, expires_at, baseline)


def listed(rewards: list[Reward], *helds: UserReward) -> list[tuple[str, UserRewardStatus | None]]:
    return [(line.reward.name, line.status) for line in list_rewards(*parts(rewards, *helds)).lines]


def parts(rewards: list[Reward], *helds: UserReward) -> tuple[EconomyContext, Account]:
    economy = EconomyContext(
        connection=cast("Any", None),
        config=cast("Any", None),
        catalogue={one.id: one for one in rewards},
        now=NOW,
        day=NOW.date(),
    )
    account = Account(1, 63, 63, 0, 1, 0, {}, {one.reward_id: one for one in helds})
    return economy, account


def test_claimable_first() -> None:
    """Claimable, then locked, then claimed, then expired; each in the catalogue's order."""
    rewards = [reward(number) for number in range(1, 9)]
    past = NOW - HOUR

    lines = listed(
        rewards, held(1, E, past), held(2, C), held(4, U), held(5, U, past), held(7, C), held(8, U)
    )

    assert [
        ("R4", U),
        ("R8", U),
        ("R3", None),
        ("R6", None),
        ("R2", C),
        ("R7", C),
        ("R1", E),
        ("R5", E),
    ] == lines


@pytest.mark.parametrize(
    ("fields", "status", "is_listed"),
    [
        ({"is_secret": True}, None, False),
        ({"is_secret": True}, U, True),
        ({"is_secret": True}, C, True),
        ({"is_active": False}, None, False),
        ({"is_active": False}, U, True),
        ({"is_active": False}, C, True),
    ],
)
def test_hidden_while_locked(
    fields: dict[str, bool], status: UserRewardStatus | None, *, is_listed: bool
) -> None:
    """Secret and retired rewards are listed only for those who have unlocked them."""
    helds = [held(1, status)] if status else []

    assert ([("R1", status)] if is_listed else []) == listed([reward(1, **fields)], *helds)


def test_secret_repeatable_is_hidden_again() -> None:
    """A secret one that was claimed and may come again is locked, and so it is not listed."""
    assert [] == listed([reward(1, is_secret=True, is_repeatable=True)], held(1, C))


def test_how_a_repeatable_one_ended() -> None:
    """One that may come again tells how it ended the last time, a new one has no last time."""
    again = [reward(number, is_repeatable=True) for number in (1, 2, 3)]
    lines = list_rewards(*parts(again, held(1, C), held(2, U, NOW))).lines

    assert [(None, C), (None, E), (None, None)] == [(line.status, line.last) for line in lines]


def test_expires_to_the_microsecond() -> None:
    """At the moment of `expires_at` a reward is expired; one microsecond earlier it is not."""
    moment = timedelta(microseconds=1)

    assert [("R1", E)] == listed([reward(1)], held(1, U, NOW))
    assert [("R1", U)] == listed([reward(1)], held(1, U, NOW + moment))


def test_progress() -> None:
    """A locked reward shows how far the member is; a repeatable one counts from the last time."""
    lines = list_rewards(*parts([reward(1), reward(2, is_repeatable=True)], held(2, C))).lines

    assert [(None, Progress(63, 100)), (None, Progress(13, 100))] == [
        (line.status, line.progress) for line in lines
    ]
