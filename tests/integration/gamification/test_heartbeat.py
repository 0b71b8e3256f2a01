"""Absences of the bot, which no deadline runs through."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.gamification.heartbeat import ABSENCE, Heartbeat, beat
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.types import UserRewardStatus
from tests.support.economy import ANA, LUIS, NOON, LiveEconomy, count_rows
from tests.support.waiting import until

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


async def beaten(live: LiveEconomy) -> timedelta | None:
    """Beat once, by the economy's clock."""
    async with live.engine.begin() as connection:
        return await beat(connection, live.clock())


async def with_reward(live: LiveEconomy) -> int:
    """Have Ana unlock a reward that expires in 168 hours, with a bot that is there."""
    reward_id = (await live.react(1)).unlocked[0].id
    await beaten(live)
    return reward_id


async def test_deadline_waits(live: LiveEconomy) -> None:
    """A bot that was away for 200 of 168 hours leaves a reward its time, to the second."""
    reward_id = await with_reward(live)
    live.clock.now += 200 * HOUR

    absence = await beaten(live)

    assert 200 * HOUR == absence
    assert NOON + 368 * HOUR == (await live.account()).rewards[reward_id].expires_at
    live.clock.now = NOON + 368 * HOUR - SECOND
    assert 10 == (await live.claim(reward_id)).paid


async def test_deadline_runs_while_somebody_is_there(live: LiveEconomy) -> None:
    """Beats of any process, or a gap too short for an absence, leave a deadline as it is."""
    reward_id = await with_reward(live)
    found = []
    for _ in range(4):
        live.clock.now += ABSENCE - SECOND
        found.append(await beaten(live))
    live.clock.now = NOON + 168 * HOUR
    await live.edit_by_sql("DELETE FROM bot_heartbeat")  # a first beat knows of no absence
    found.append(await beaten(live))

    assert [None] * 5 == found
    with pytest.raises(NotClaimable):
        await live.claim(reward_id)


async def test_only_what_ran_then(live: LiveEconomy) -> None:
    """What had expired before, was unlocked since or is claimed keeps its times."""
    reward_id = await with_reward(live)
    await live.react(1, LUIS)
    await live.claim(reward_id, LUIS)
    await live.edit_by_sql("DELETE FROM bot_heartbeat")
    live.clock.now += 168 * HOUR
    await beaten(live)
    live.clock.now += HOUR
    await live.react(2, 7)
    before = [(await live.account(one)).rewards[reward_id] for one in (ANA, LUIS, 7)]

    assert HOUR == await beaten(live)
    assert before == [(await live.account(one)).rewards[reward_id] for one in (ANA, LUIS, 7)]


async def test_processes_that_come_back_together(live: LiveEconomy) -> None:
    """Of several that start at once after an absence, one puts the deadlines off."""
    reward_id = await with_reward(live)
    live.clock.now += 10 * HOUR

    async def start() -> None:
        async with Heartbeat(live.engine, live.clock):
            pass

    await asyncio.gather(*(start() for _ in range(5)))

    assert NOON + 178 * HOUR == (await live.account()).rewards[reward_id].expires_at


async def test_expired_during_the_absence(live: LiveEconomy) -> None:
    """An expiry that was written before anybody knew of the absence is taken back."""
    reward_id = await with_reward(live)
    live.clock.now += 200 * HOUR
    await live.act()
    await beaten(live)

    assert 1 == await count_rows(live.engine, "user_rewards", "status = 'UNLOCKED'")
    assert UserRewardStatus.UNLOCKED is (await live.account()).rewards[reward_id].status


async def test_clock_that_was_ahead(live: LiveEconomy) -> None:
    """After a beat of the future absences are known again as soon as the clock is right."""
    reward_id = await with_reward(live)
    expires_at = (await live.account()).rewards[reward_id].expires_at
    await live.edit_by_sql("UPDATE bot_heartbeat SET seen_at = '2027-01-01 00:00:00+00:00'")
    found = [await beaten(live)]
    live.clock.now += HOUR
    found.append(await beaten(live))

    assert [None, HOUR] == found
    assert expires_at + HOUR == (await live.account()).rewards[reward_id].expires_at


async def test_what_is_no_time(live: LiveEconomy) -> None:
    """Rows that SQL by hand has written stop no beat, and stay as they are."""
    await with_reward(live)
    odd = "'ayer'" if live.engine.dialect.name == "sqlite" else "'infinity'"
    await live.edit_by_sql(f"UPDATE user_rewards SET expires_at = {odd}")
    live.clock.now += HOUR

    assert HOUR == await beaten(live)
    assert 1 == await count_rows(live.engine, "user_rewards", f"expires_at = {odd}")


async def test_beats_until_the_end(live: LiveEconomy, caplog: pytest.LogCaptureFixture) -> None:
    """It beats at the start, goes on, and outlives a database that fails."""
    caplog.set_level("INFO")
    async with Heartbeat(live.engine, live.clock, interval=0.01):
        assert 1 == await count_rows(live.engine, "bot_heartbeat")
        live.clock.now += HOUR
        await until(lambda: "the bot was away for 1:00:00" in caplog.text)
    await live.edit_by_sql("ALTER TABLE bot_heartbeat RENAME TO gone")
    try:
        async with Heartbeat(live.engine, live.clock):
            assert "The heartbeat" in caplog.text
    finally:
        await live.edit_by_sql("ALTER TABLE gone RENAME TO bot_heartbeat")


async def test_beats_after_what_nobody_foresaw(
    live: LiveEconomy, caplog: pytest.LogCaptureFixture
) -> None:
    """A beat that dies of a bug is an error in the log, and the next one comes all the same."""
    fates = iter([None, None, RuntimeError("odd")])  # a beat asks twice
    beats: list[datetime] = []

    def clock() -> datetime:
        if fate := next(fates, None):
            raise fate
        beats.append(live.clock())
        return beats[-1]

    async with Heartbeat(live.engine, clock, interval=0):
        await until(lambda: len(beats) > 4)

    assert "RuntimeError: odd" in caplog.text
