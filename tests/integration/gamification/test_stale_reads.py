"""Stale reads: whatever is written on what was old by a moment is refused, or done anew."""

import asyncio
from dataclasses import replace

import pytest

from bot.gamification.admin.rewards import NameTaken, create_reward
from bot.gamification.admin.settings import LEVEL_FORMULA, change_setting
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.ledger import StaleAccount
from bot.gamification.reactions import react
from bot.gamification.rewards.lifecycle import NotClaimable, claim, unlock
from bot.gamification.types import ConditionType
from tests.support.economy import ANA, GROUP, LUIS, LiveEconomy, count_rows

POINTS = ConditionType.TOTAL_POINTS
on_postgresql = pytest.mark.parametrize("seeded_databases", ["postgresql"], indirect=True)


async def test_claim_of_an_earlier_time(live: LiveEconomy) -> None:
    """A repeatable reward as it was before its last claim pays nothing, and uses nothing up."""
    reward_id = await live.add_reward("Otra vez", (POINTS, 5), is_repeatable=True)
    await live.react(1)
    old = await live.account()
    for message_id in (2, 3):
        live.clock.advance(microseconds=1)
        await live.react(message_id)
    await live.claim(reward_id)  # and it unlocks anew, for what was earned since

    with pytest.raises(NotClaimable):
        async with live.turn() as (economy, now):
            await claim(economy, replace(now, rewards=old.rewards), reward_id)

    assert 7 == (await live.claim(reward_id)).paid
    await live.assert_books_balance()


async def test_unlocking_of_an_earlier_time(live: LiveEconomy) -> None:
    """What a claim paid is not counted by somebody who read the reward before the claim."""
    reward_id = await live.add_reward("Otra vez", (POINTS, 7), is_repeatable=True)
    await live.react(1)
    old = await live.account()
    live.clock.advance(microseconds=1)
    await live.claim(reward_id)

    async with live.turn() as (economy, now):
        held = {**old.rewards}
        held[reward_id] = replace(now.rewards[reward_id], baseline=old.rewards[reward_id].baseline)
        _, unlocked = await unlock(economy, replace(now, rewards=held))

    assert [] == [reward.name for reward in unlocked]


async def test_claim_moves_nobody_elses_start(live: LiveEconomy) -> None:
    """What Ana claims does not count for or against Luis."""
    await live.react(1, LUIS)
    before = (await live.account(LUIS)).rewards
    await live.react(1)
    await live.claim(await live.reward_id("primeros_pasos"))

    assert before == (await live.account(LUIS)).rewards


async def test_level_by_an_old_formula_is_refused(live: LiveEconomy) -> None:
    """A replica that has the formula of some seconds ago books nothing by it."""
    replica = LiveEconomy(live.engine, live.clock)
    await replica.react(1)
    await live.edit_by_sql("UPDATE bot_config SET level_formula = 'total_earned // 10 + 1'")

    with pytest.raises(StaleAccount):
        await replica.react(2)
    replica.rules.invalidate()
    result = await replica.react(2)

    assert (30, 4) == (result.account.total_earned, result.account.level)
    await live.assert_books_balance()


@on_postgresql
async def test_new_formula_waits_for_bookings(live: LiveEconomy) -> None:
    """A booking that is under way gets its level before all levels are made anew."""
    await live.account()
    formula = "total_earned // 10 + 1"

    async def change() -> None:
        async with live.turn(LUIS) as (economy, _):
            await change_setting(economy, LUIS, LEVEL_FORMULA, formula)

    async with live.turn() as (economy, member):
        await react(economy, member, GROUP, 1)
        changing = asyncio.create_task(change())
        done, _ = await asyncio.wait([changing], timeout=0.5)
    await changing

    assert set() == done
    live.rules.invalidate()
    assert (25, 3) == ((await live.account()).total_earned, (await live.account()).level)
    await live.assert_books_balance()


@on_postgresql
async def test_members_unlock_beside_a_bootstrap(live: LiveEconomy) -> None:
    """A start keeps admins from editing rewards, and no member from unlocking them."""
    await live.account()
    service = BootstrapService(live.engine, load_manifest())
    async with live.engine.begin() as bootstrap:
        await service.seed(bootstrap)
        unlocked = (await asyncio.wait_for(live.react(1), 10)).unlocked

    assert ["Primeros Pasos"] == [reward.name for reward in unlocked]


@on_postgresql
async def test_two_admins_and_one_name(live: LiveEconomy) -> None:
    """Of two rewards that are created with the same name at once there will be one."""
    draft = {
        "reward_type": "BESITOS",
        "name": "Doble",
        "description": None,
        "reward_value": {"amount": 1},
        "claim_window_hours": 1,
        "conditions": [{"condition_type": "FIRST_REACTION"}],
    }
    both = asyncio.Barrier(2)

    async def create(admin: int) -> None:
        async with live.turn(admin) as (economy, _):
            await both.wait()
            await create_reward(economy, admin, draft)

    results = await asyncio.gather(create(ANA), create(LUIS), return_exceptions=True)

    assert {type(None), NameTaken} == {type(result) for result in results}
    assert 1 == await count_rows(live.engine, "rewards", "name = 'Doble'")


async def test_reward_that_nobody_could_describe(
    live: LiveEconomy, caplog: pytest.LogCaptureFixture
) -> None:
    """A value broken by hand takes its reward out and says so; everybody is paid as before."""
    await live.edit_by_sql(
        "UPDATE rewards SET reward_value = '{\"besitos\": 10}' WHERE key = 'primeros_pasos'"
    )

    result = await live.react(1)

    assert (25, ()) == (result.account.balance, result.unlocked)
    assert "is left out: its reward_value is wrong" in caplog.text
