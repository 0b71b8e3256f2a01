"""Reactions: paid once per message, for so many messages a day, with a bonus for the first."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.context import RulesCache, TtlCache
from bot.gamification.streaks import Run, Streak
from bot.gamification.types import StreakType, TransactionType
from tests.support.database import run_sql
from tests.support.economy import LUIS, LiveEconomy, count_rows

REACTION, BONUS = TransactionType.REACTION, TransactionType.ACTIVITY_BONUS


async def test_first_and_second_of_a_day(live: LiveEconomy) -> None:
    """The first reaction of a day brings the activity bonus too, the second one does not."""
    first, second = await live.react(1), await live.react(2)

    assert (5, 20) == (first.paid, first.bonus)
    assert (5, 0) == (second.paid, second.bonus)
    assert [(REACTION, 5), (BONUS, 20), (REACTION, 5)] == await live.ledger()
    assert (30, 30, 1) == (
        second.account.balance,
        second.account.total_earned,
        second.account.level,
    )
    assert second.account == await live.account()


async def test_once_per_message(live: LiveEconomy) -> None:
    """A message that was paid never pays again, not on a later day either."""
    await live.react(1)
    again = await live.react(1)
    live.clock.advance(days=1)
    later = await live.react(1)

    assert [(0, 0), (0, 0)] == [(one.paid, one.bonus) for one in (again, later)]
    assert 25 == (await live.account()).balance
    assert (
        Streak(1, 1, datetime(2026, 3, 2, tzinfo=UTC).date())
        == ((await live.account()).streaks[StreakType.REACTION])
    )


async def test_message_ids_belong_to_chats(live: LiveEconomy) -> None:
    """Message 1 of one group is another than message 1 of another, and of another member."""
    results = [
        await live.react(1),
        await live.react(1, chat_id=-200),
        await live.react(1, user_id=LUIS),
    ]

    assert [5, 5, 5] == [one.paid for one in results]


async def test_most_per_day(live: LiveEconomy) -> None:
    """So many messages pay on one day; one beyond may pay on the next."""
    await live.set(max_reactions_per_day=3)

    paid = [(await live.react(message_id)).paid for message_id in range(5)]
    live.clock.advance(days=1)
    next_day = [(await live.react(message_id)).paid for message_id in range(6)]

    assert [5, 5, 5, 0, 0] == paid
    assert [0, 0, 0, 5, 5, 5] == next_day


async def test_days_are_those_of_utc(live: LiveEconomy) -> None:
    """The day ends at midnight UTC, to the microsecond."""
    await live.set(max_reactions_per_day=1)
    live.clock.now = datetime(2026, 3, 2, 23, 59, 59, 999_999, tzinfo=UTC)

    today = [await live.react(1), await live.react(2)]
    live.clock.advance(microseconds=1)
    tomorrow = await live.react(2)

    assert [5, 0, 5] == [one.paid for one in (*today, tomorrow)]
    assert 22 == tomorrow.bonus


async def test_streak_raises_the_bonus(live: LiveEconomy) -> None:
    """Each day in a row adds 2 to the bonus, up to 50; a missed day starts again."""
    bonuses = []
    for message_id in range(28):
        bonuses.append((await live.react(message_id)).bonus)
        live.clock.advance(days=1)
    live.clock.advance(days=1)
    after_a_gap = await live.react(100)

    assert [20 + min(2 * days, 50) for days in range(28)] == bonuses
    assert 20 == after_a_gap.bonus
    day = live.clock.now.date()
    assert (
        Streak(1, 28, day, Run(28, day - timedelta(days=2)))
        == after_a_gap.account.streaks[StreakType.REACTION]
    )
    await live.assert_books_balance()


async def test_gift_is_another_streak(live: LiveEconomy) -> None:
    """Reacting does not feed the gift's streak."""
    await live.react(1)

    assert {StreakType.REACTION} == set((await live.account()).streaks)


async def test_change_is_in_force_when_forgotten(live: LiveEconomy) -> None:
    """An admin's own replica pays by the new setting at once."""
    await live.react(1)
    await live.set(besitos_per_reaction=11)

    assert 11 == (await live.react(2)).paid


async def test_change_is_in_force_everywhere_in_time(
    live: LiveEconomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica that nobody tells reads the change within ten seconds, and not all the time."""
    seconds = [100.0]
    monkeypatch.setattr(TtlCache.__init__, "__defaults__", (lambda: seconds[0],))
    live.rules = RulesCache(load_manifest().config, live.clock)
    await live.react(1)
    await run_sql(live.engine, "UPDATE bot_config SET besitos_per_reaction = 11")

    paid = {}
    for seconds[0] in (104.0, 110.0):
        paid[seconds[0]] = (await live.react(int(seconds[0]))).paid

    assert {104.0: 5, 110.0: 11} == paid


async def test_null_means_the_default(live: LiveEconomy) -> None:
    """A setting that is NULL, or a row that is gone, pays what the manifest says."""
    await live.set(besitos_per_reaction=None, besitos_daily_base=None, level_formula=None)
    first = await live.react(1)
    await run_sql(live.engine, "DELETE FROM bot_config")
    live.rules.invalidate()
    second = await live.react(2)

    assert [(5, 20), (5, 0)] == [(one.paid, one.bonus) for one in (first, second)]


async def test_zero_is_a_setting(live: LiveEconomy) -> None:
    """0 besitos are 0 and not the default; the reaction counts and unlocks all the same."""
    await live.set(besitos_per_reaction=0, besitos_daily_base=0)

    first, again = await live.react(1), await live.react(1)

    assert ((0, 0), (0, 0)) == ((first.paid, first.bonus), (again.paid, again.bonus))
    assert ["Primeros Pasos"] == [reward.name for reward in first.unlocked]
    assert (0, []) == (first.account.balance, await live.ledger())
    assert 1 == (await live.account()).reactions_that_day


async def test_zero_a_day(live: LiveEconomy) -> None:
    """With 0 messages a day no reaction counts as one."""
    await live.set(max_reactions_per_day=0)

    result = await live.react(1)

    assert (0, 0, ()) == (result.paid, result.bonus, result.unlocked)
    assert 0 == await count_rows(live.engine, "user_reactions")
    assert {} == (await live.account()).streaks


async def test_level_follows(live: LiveEconomy) -> None:
    """The level is the formula's in the very transaction that earned it."""
    await live.set(besitos_per_reaction=100, besitos_daily_base=0)

    levels = [(await live.react(message_id)).account.level for message_id in range(9)]

    assert [2, 2, 2, 3, 3, 3, 3, 3, 4] == levels
    assert 4 == (await live.account()).level
    await live.assert_books_balance()


async def test_bad_formula_stops_no_payment(
    live: LiveEconomy, caplog: pytest.LogCaptureFixture
) -> None:
    """A formula that SQL by hand broke is reported, and members are paid by the one before."""
    await live.set(level_formula="100 - total_earned")

    assert 25 == (await live.react(1)).account.balance
    assert ["falls" in line for line in caplog.messages] == [True]
