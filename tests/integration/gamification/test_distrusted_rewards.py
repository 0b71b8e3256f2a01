"""Rewards of members into which SQL by hand has put anything: times are moments."""

from datetime import timedelta

import pytest

from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.types import ConditionType, UserRewardStatus
from tests.integration.gamification.distrusted import (
    UNCHECKED,
    named,
    on_postgresql,
    on_sqlite,
)
from tests.support.economy import ANA, NOON, LiveEconomy, count_rows


async def give(live: LiveEconomy, unlocked_at: str, expires_at: str) -> int:
    """Give Ana a reward of 10 besitos by SQL."""
    await live.account()
    reward_id = await live.reward_id("primeros_pasos")
    await live.edit_by_sql(
        "INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)"
        f" VALUES ({ANA}, {reward_id}, 'UNLOCKED', {unlocked_at}, {expires_at})"
    )
    return reward_id


@pytest.mark.parametrize(
    "midnight",
    [
        "2026-03-03 00:00:00",  # datetime('now')
        "2026-03-03 00:00:00.000000",
        "2026-03-03T00:00:00",
        "2026-03-03T00:00:00Z",
        "2026-03-03 00:00:00.000+00:00",
        "2026-03-03 00:00:00+00",
        "2026-03-03T02:00:00+02:00",
        "2026-03-02 19:00:00-05:00",
        "2026-03-03 00:00",
        "2026-03-03",
    ],
)
async def test_times_are_moments(live: LiveEconomy, midnight: str) -> None:
    """However a time is written, a reward can be claimed up to it, once, and then has expired."""
    reward_id = await give(live, "'2026-03-01 10:00:00'", f"'{midnight}'")
    before = await live.account()
    live.clock.now = NOON + timedelta(hours=12)
    with pytest.raises(NotClaimable) as too_late:
        await live.claim(reward_id)
    live.clock.advance(microseconds=-1)
    paid = (await live.claim(reward_id)).paid
    with pytest.raises(NotClaimable) as again:
        await live.claim(reward_id)

    assert (10, UserRewardStatus.EXPIRED, UserRewardStatus.CLAIMED) == (
        paid,
        too_late.value.status,
        again.value.status,
    )
    assert ((), NOON + timedelta(hours=12)) == (
        before.problems,
        before.rewards[reward_id].expires_at,
    )
    await live.assert_books_balance()


@pytest.mark.parametrize("written", ["2026-03-01 10:00:00", "2026-03-01T10:00:00Z"])
async def test_unlocking_time_of_any_form(live: LiveEconomy, written: str) -> None:
    """The time that names a payment may be written anyhow, too, and expiry is written down."""
    reward_id = await give(live, f"'{written}'", f"'{written}'")
    first = (await live.act(), await count_rows(live.engine, "user_rewards", "status = 'EXPIRED'"))
    await live.edit_by_sql(
        "UPDATE user_rewards SET status = 'UNLOCKED', expires_at = '2026-12-31T00:00:00'"
    )

    assert ([], 1) == first
    assert 10 == (await live.claim(reward_id)).paid


async def test_repeatable_of_any_form(live: LiveEconomy) -> None:
    """A repeatable reward begins anew from a time that SQL wrote, and is then as we write it."""
    reward_id = await live.add_reward("Otra vez", (ConditionType.TOTAL_POINTS, 5))
    await live.edit_by_sql(f"UPDATE rewards SET is_repeatable = true WHERE id = {reward_id}")
    await live.react(1)
    await live.edit_by_sql("UPDATE user_rewards SET unlocked_at = '2026-03-01T00:00:00'")
    await live.claim(reward_id)

    result = await live.react(2)

    assert [reward_id] == [reward.id for reward in result.unlocked]
    assert NOON == (await live.account()).rewards[reward_id].unlocked_at
    assert 7 == (await live.claim(reward_id)).paid
    await live.assert_books_balance()


@on_sqlite
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("unlocked_at", "'ayer'"),
        ("unlocked_at", "x'ff'"),
        ("expires_at", "'mañana'"),
        ("expires_at", "'31/12/2026'"),
        ("expires_at", "1772000000"),
        ("expires_at", "1.5"),
        ("expires_at", "''"),
        ("expires_at", "'9999-12-31T23:59:59-10:00'"),
        ("status", "'REGALADO'"),
        ("claims", "'dos'"),
        ("claims", "-1"),
        ("baseline_earned", "'cero'"),
        ("baseline_level", "9223372036854775807"),
    ],
)
async def test_unreadable_reward(
    live: LiveEconomy, column: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A row that nobody can read gives nothing, is named once, and stops nothing."""
    await live.add_reward("Siempre", (ConditionType.TOTAL_POINTS, 1), is_repeatable=True)
    await live.react(1)
    await live.edit_by_sql(UNCHECKED, f"UPDATE user_rewards SET {column} = {value}")

    balances = [(await live.react(message_id)).account.balance for message_id in (2, 3)]
    for reward_id in (await live.account()).rewards:
        with pytest.raises(NotClaimable):
            await live.claim(reward_id)

    assert [30, 35] == balances
    assert [("user_rewards", column)] * 2 == await named(live)
    assert 2 == len(caplog.messages)
    assert f"its {column} is wrong" in caplog.text
    assert [UserRewardStatus.EXPIRED] * 2 == [
        line.status for line in await live.lines() if line.status
    ]
    assert (await live.take_gift()).gift == 50


@on_sqlite
async def test_unreadable_times_of_a_claimed_reward(live: LiveEconomy) -> None:
    """What was claimed stays claimed, and pays no second time."""
    reward = (await live.react(1)).unlocked[0]
    await live.claim(reward.id)
    await live.edit_by_sql("UPDATE user_rewards SET unlocked_at = 'x', expires_at = 'y'")

    await live.react(2)

    assert UserRewardStatus.CLAIMED is (await live.account()).rewards[reward.id].status
    assert {UserRewardStatus.CLAIMED, None} == {line.status for line in await live.lines()}


@on_postgresql
@pytest.mark.parametrize("never", ["infinity", "20000-01-01"])
async def test_times_beyond_pythons(live: LiveEconomy, never: str) -> None:
    """Times that only PostgreSQL has are as far away as can be, and compare with themselves."""
    reward_id = await give(live, "'4000-01-01 BC'", f"'{never}'")

    assert [] == await named(live)
    assert 10 == (await live.claim(reward_id)).paid


@on_postgresql
async def test_numbers_that_would_overflow(live: LiveEconomy) -> None:
    """A baseline at the end of its column costs its reward, and no claim of another."""
    other = await live.add_reward("Otra", (ConditionType.TOTAL_POINTS, 1))
    first = (await live.react(1)).unlocked[0]
    await live.edit_by_sql(
        f"UPDATE user_rewards SET baseline_earned = {2**63 - 1} WHERE reward_id = {first.id}"
    )

    assert 7 == (await live.claim(other)).paid
    assert [("user_rewards", "baseline_earned")] == await named(live)
