"""A member's turns come one after the other: who had to wait sees what was done meanwhile."""

import asyncio
import os

import pytest

from bot.gamification.daily_gift import take_gift
from bot.gamification.reactions import react
from bot.gamification.rewards.lifecycle import claim
from bot.gamification.types import StreakType, UserRewardStatus
from tests.support.economy import GROUP, LiveEconomy
from tests.support.waiting import until_blocked

pytestmark = pytest.mark.parametrize("seeded_databases", ["postgresql"], indirect=True)


@pytest.mark.parametrize("besitos", [5, 0])
async def test_sees_all_of_the_turn_before(live: LiveEconomy, besitos: int) -> None:
    """Reactions of today, streaks and rewards are as fresh as the balance, paid or not."""
    await live.set(besitos_per_reaction=besitos, besitos_daily_gift=0, besitos_daily_base=0)
    await live.account()

    async with live.turn() as (economy, member):
        waiting = asyncio.create_task(live.account())
        await until_blocked(live.engine, os.getpid())
        result = await react(economy, member, GROUP, 1)
        before = (await take_gift(economy, result.account)).account
    after = await waiting

    assert (besitos, 1) == (after.balance, after.reactions_that_day)
    assert {StreakType.REACTION, StreakType.DAILY_GIFT} == set(after.streaks)
    assert before == after


async def test_claimed_stays_claimed(live: LiveEconomy) -> None:
    """An action that waited for a claim does not make the claimed reward claimable again."""
    await live.account()
    reward_id = await live.reward_id("primeros_pasos")

    async with live.turn() as (economy, member):
        waiting = asyncio.create_task(live.react(2))
        await until_blocked(live.engine, os.getpid())
        result = await react(economy, member, GROUP, 1)
        await claim(economy, result.account, reward_id)
    again = await waiting

    assert () == again.unlocked
    statuses = {line.reward.id: line.status for line in await live.lines()}
    assert UserRewardStatus.CLAIMED is statuses[reward_id]
