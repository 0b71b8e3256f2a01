"""Updates that waited count for the day on which the member acted, and wrong clocks cost little."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.streaks import ONE_DAY, Run, Streak
from bot.gamification.types import StreakType, TransactionType, UserRewardStatus
from tests.support.economy import ANA, NOON, LiveEconomy, count_rows

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
BEFORE_MIDNIGHT = MIDNIGHT - timedelta(minutes=10)
AFTER_MIDNIGHT = MIDNIGHT + timedelta(minutes=10)
GIFT = StreakType.DAILY_GIFT


async def take_gifts(live: LiveEconomy, days: int) -> None:
    """Take the gift on so many days in a row, and wait for the next."""
    for _ in range(days):
        await live.take_gift()
        live.clock.advance(days=1)


async def test_limit_is_that_days(live: LiveEconomy) -> None:
    """Twenty reactions of 23:00 leave today its own twenty, and both days their bonus."""
    live.clock.now = AFTER_MIDNIGHT
    for message_id in range(21):
        await live.react(message_id, acted_at=BEFORE_MIDNIGHT)
    for message_id in range(21, 26):
        await live.react(message_id)

    assert 167 == (await live.account()).balance
    assert [20, 5] == [
        await count_rows(live.engine, "user_reactions", f"day = '2026-03-0{day}'") for day in (2, 3)
    ]
    await live.assert_books_balance()


async def test_late_gift_keeps_the_streak(live: LiveEconomy) -> None:
    """A gift of 23:50 that is given at 00:10 is yesterday's; today's is there as well."""
    await take_gifts(live, 3)
    late = live.clock.now
    live.clock.now = late + timedelta(hours=12, minutes=10)

    yesterday = await live.take_gift(acted_at=late)
    today = await live.take_gift()
    with pytest.raises(GiftAlreadyTaken) as again:
        await live.take_gift(acted_at=late)

    tomorrow = datetime.combine(live.clock.now.date() + ONE_DAY, datetime.min.time(), tzinfo=UTC)
    assert [(4, 60, tomorrow - ONE_DAY), (5, 60, tomorrow)] == [
        (one.streak, one.gift + one.bonus, one.due) for one in (yesterday, today)
    ]
    assert (5, tomorrow) == (again.value.streak, again.value.due)
    await live.assert_books_balance()


async def test_late_day_fills_its_gap(live: LiveEconomy) -> None:
    """Days 1 to 5 and 7, and then the sixth: seven days in a row, and the reward for them."""
    await take_gifts(live, 5)
    sixth = live.clock.now
    live.clock.advance(days=1)
    seventh = await live.take_gift()

    result = await live.take_gift(acted_at=sixth)

    assert (1, 0) == (seventh.streak, seventh.bonus)
    assert (7, 50, 10) == (result.streak, result.gift, result.bonus)
    assert ["Racha de 7 Días"] == [reward.name for reward in result.unlocked]
    assert Streak(7, 7, live.clock.now.date()) == (await live.account()).streaks[GIFT]
    assert (await live.account()).streaks == result.account.streaks


async def test_late_reaction_fills_its_gap(live: LiveEconomy) -> None:
    """The bonus of a late day is by the streak as it was on that day."""
    for message_id in range(5):
        await live.react(message_id)
        live.clock.advance(days=1)
    sixth = live.clock.now
    live.clock.advance(days=1)
    bonuses = [(await live.react(7)).bonus]

    bonuses += [(await live.react(number, acted_at=sixth)).bonus for number in (6, 16)]
    live.clock.advance(days=1)
    bonuses.append((await live.react(8)).bonus)

    assert [20, 20 + 2 * 5, 0, 20 + 2 * 7] == bonuses
    await live.assert_books_balance()


async def test_streak_that_had_ended_since(live: LiveEconomy) -> None:
    """The seventh day is told two days late, when the streak is over: its reward is unlocked."""
    await take_gifts(live, 6)
    seventh = live.clock.now
    live.clock.advance(days=2)

    result = await live.take_gift(acted_at=seventh)

    assert (7, ["Racha de 7 Días"]) == (result.streak, [one.name for one in result.unlocked])
    assert (50, 50) == (result.next_gift, (await live.take_gift()).gift)


@pytest.mark.parametrize(
    ("acted", "day"),
    [
        (timedelta(hours=-48), "2026-02-28"),
        (timedelta(days=-9), "2026-02-28"),
        (timedelta(hours=-13), "2026-03-01"),
        (timedelta(days=300), "2026-03-02"),
    ],
)
async def test_bounds(live: LiveEconomy, acted: timedelta, day: str) -> None:
    """An update counts for at most 48 hours back, and for no day to come."""
    await live.react(1, acted_at=NOON + acted)

    assert 1 == await count_rows(live.engine, "user_reactions", f"day = '{day}'")


async def test_clock_that_goes_back(live: LiveEconomy) -> None:
    """A day that a clock was ahead is paid once, whichever clock says so, and breaks no streak."""
    await take_gifts(live, 3)
    live.clock.advance(days=1)
    await live.take_gift()
    live.clock.advance(days=-1)

    fourth = await live.take_gift()
    live.clock.advance(days=1)
    with pytest.raises(GiftAlreadyTaken) as fifth:
        await live.take_gift()
    live.clock.advance(days=1)

    assert [4, 5, 6] == [fourth.streak, fifth.value.streak, (await live.take_gift()).streak]
    await live.assert_books_balance()


@pytest.mark.parametrize(
    "wrong", [datetime(2027, 6, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
)
async def test_clock_that_was_wrong_once(live: LiveEconomy, wrong: datetime) -> None:
    """A gift and a reaction by a clock of another year cost nothing, once it has been put right."""
    await take_gifts(live, 3)
    for message_id in range(3):
        live.clock.now = NOON + timedelta(days=message_id)
        await live.react(message_id)
    live.clock.now = wrong
    await live.take_gift()
    await live.react(100)

    live.clock.now = NOON + timedelta(days=3)
    gift, reaction = await live.take_gift(), await live.react(101)
    live.clock.advance(days=1)
    next_gift, next_reaction = await live.take_gift(), await live.react(102)

    assert [(4, 60), (5, 60)] == [(one.streak, one.gift + one.bonus) for one in (gift, next_gift)]
    assert [26, 28] == [reaction.bonus, next_reaction.bonus]
    await live.assert_books_balance()


async def test_day_that_a_wrong_clock_has_paid(live: LiveEconomy) -> None:
    """When that day comes it counts, but it is not paid again, and no amount is named."""
    live.clock.now = NOON + timedelta(days=10)
    await live.take_gift()
    live.clock.now = NOON
    for _ in range(10):
        await live.take_gift()
        await live.edit_by_sql(  # as if other days had been counted since
            "UPDATE user_streaks SET previous_length = NULL, previous_last_day = NULL,"
            f" current = 1, last_day = '{live.clock.now.date()}'"
        )
        live.clock.advance(days=1)

    result = await live.take_gift()

    assert (2, 0, 0, True) == (result.streak, result.gift, result.bonus, result.paid_before)
    assert 11 == len(await live.ledger())
    live.clock.advance(days=1)
    assert (3, 60, False) == (
        (after := await live.take_gift()).streak,
        after.gift + after.bonus,
        after.paid_before,
    )


async def test_streak_that_was_deleted(live: LiveEconomy) -> None:
    """With its streak gone today's gift is still not given twice, and nothing says that it was."""
    await live.take_gift()
    await live.edit_by_sql("DELETE FROM user_streaks")

    result = await live.take_gift()

    assert (0, 0, True) == (result.gift, result.bonus, result.paid_before)
    assert [(TransactionType.DAILY_GIFT, 50)] == await live.ledger()


async def test_expired_by_a_wrong_clock(live: LiveEconomy) -> None:
    """What a clock ahead took for expired can be claimed once the clock is right."""
    reward_id = (await live.react(1)).unlocked[0].id
    live.clock.now = NOON + timedelta(days=300)
    await live.act()
    written = await count_rows(live.engine, "user_rewards", "status = 'EXPIRED'")
    live.clock.now = NOON + timedelta(hours=1)

    shown = [line.status for line in await live.lines() if line.reward.id == reward_id]
    result = await live.claim(reward_id)

    assert (1, [UserRewardStatus.UNLOCKED], 10) == (written, shown, result.paid)


async def test_claim_that_was_paid_before(live: LiveEconomy) -> None:
    """A claim that comes back from a backup is not paid again, and says so."""
    reward_id = (await live.react(1)).unlocked[0].id
    await live.claim(reward_id)
    await live.edit_by_sql("UPDATE user_rewards SET status = 'UNLOCKED', claimed_at = NULL")

    assert 0 == (await live.claim(reward_id)).paid
    assert 35 == (await live.account()).balance


async def test_days_before_an_upgrade(live: LiveEconomy) -> None:
    """A streak of an earlier release knows nothing of the days before, and goes on all the same."""
    await live.account()
    await live.edit_by_sql(
        "INSERT INTO user_streaks (user_id, streak_type, current, longest, last_day)"
        f" VALUES ({ANA}, 'DAILY_GIFT', 1, 9, '2027-03-02')"
    )

    gift = await live.take_gift()

    assert (1, 50) == (gift.streak, gift.gift)
    assert (
        Streak(1, 9, datetime(2027, 3, 2, tzinfo=UTC).date(), Run(1, NOON.date()))
        == ((await live.account()).streaks[GIFT])
    )
