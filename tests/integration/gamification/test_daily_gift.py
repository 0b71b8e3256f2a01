"""The daily gift: once per UTC day, more when yesterday's was taken too."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.profile import account_view
from bot.gamification.streaks import ONE_DAY, Run, Streak, continued, save_streak
from bot.gamification.types import StreakType, TransactionType
from tests.support.economy import ANA, LUIS, NOON, LiveEconomy

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


async def test_breakdown(live: LiveEconomy) -> None:
    """The first gift has no bonus, the next day's has, and each is one line of the ledger."""
    first = await live.take_gift()
    live.clock.advance(days=1)
    second = await live.take_gift()

    assert (50, 0, 1, MIDNIGHT) == (first.gift, first.bonus, first.streak, first.due)
    assert (50, 10, 2) == (second.gift, second.bonus, second.streak)
    assert [(TransactionType.DAILY_GIFT, 50), (TransactionType.DAILY_GIFT, 60)] == (
        await live.ledger()
    )
    assert second.account == await live.account()


async def test_already_taken(live: LiveEconomy) -> None:
    """A second attempt on the same day says when to come back, and changes nothing."""
    await live.take_gift()
    live.clock.now = MIDNIGHT - timedelta(microseconds=1)
    before = await live.account()

    with pytest.raises(GiftAlreadyTaken) as caught:
        await live.take_gift()

    assert (1, MIDNIGHT) == (caught.value.streak, caught.value.due)
    assert before == await live.account()
    live.clock.now = MIDNIGHT
    assert 2 == (await live.take_gift()).streak


async def test_missed_day(live: LiveEconomy) -> None:
    """A streak shows through the day after, then as 0; it starts again at 1, without bonus."""
    for _ in range(3):
        await live.take_gift()
        live.clock.advance(days=1)
    shown = [await shown_streak(live)]
    live.clock.advance(days=1)
    shown.append(await shown_streak(live))
    again = await live.take_gift()

    assert [3, 0] == shown
    assert (50, 0, 1) == (again.gift, again.bonus, again.streak)
    before = Run(3, NOON.date() + 2 * ONE_DAY)
    assert (
        Streak(1, 3, live.clock.now.date(), before) == again.account.streaks[StreakType.DAILY_GIFT]
    )
    await live.assert_books_balance()


async def test_each_member_has_their_own(live: LiveEconomy) -> None:
    """One member's gift is not another's."""
    await live.take_gift()

    assert 1 == (await live.take_gift(LUIS)).streak


async def test_settings(live: LiveEconomy) -> None:
    """Gift and bonus are settings; with 0 besitos the streak still goes on."""
    await live.set(besitos_daily_gift=7, besitos_daily_streak_bonus=3)
    first = await live.take_gift()
    live.clock.advance(days=1)
    second = await live.take_gift()
    await live.set(besitos_daily_gift=0, besitos_daily_streak_bonus=0)
    live.clock.advance(days=1)
    third = await live.take_gift()
    with pytest.raises(GiftAlreadyTaken):
        await live.take_gift()

    assert [(7, 0), (7, 3), (0, 0)] == [(one.gift, one.bonus) for one in (first, second, third)]
    assert (17, 3) == (third.account.balance, third.streak)
    await live.assert_books_balance()


async def test_day_is_counted_once(live: LiveEconomy) -> None:
    """The database itself counts a day once, for whoever has read what still stands there."""
    async with live.turn() as (economy, _):
        first = continued(None, NOON.date())
        written = [
            await save_streak(economy.connection, ANA, StreakType.DAILY_GIFT, first)
            for _ in range(2)
        ]
    read = (await live.account()).streaks[StreakType.DAILY_GIFT]
    async with live.turn() as (economy, _):
        written += [
            await save_streak(economy.connection, ANA, StreakType.DAILY_GIFT, streak)
            for streak in (
                read.continued_on(NOON.date() + 2 * ONE_DAY),
                read.continued_on(NOON.date() + ONE_DAY),
            )
        ]

    assert [True, False, True, False] == written
    assert (
        Streak(1, 1, NOON.date() + 2 * ONE_DAY, Run(1, NOON.date()))
        == (await live.account()).streaks[StreakType.DAILY_GIFT]
    )


async def shown_streak(live: LiveEconomy) -> int:
    async with live.turn() as (economy, member):
        return account_view(economy, member).gift_streak
