"""The community's own days, whoever changes the time zone and however."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.gamification.admin.statistics import read_statistics
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.calendar import read_changes, record_change
from bot.gamification.context import RulesCache, TtlCache
from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.types import ConditionType, StreakType
from tests.support.database import run_sql
from tests.support.economy import LiveEconomy, count_rows

#: 21:30 in Bogotá, where nobody ever turns the clock.
EVENING = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
BOGOTA, TOKYO = "America/Bogota", "Asia/Tokyo"


async def live_in_bogota(live: LiveEconomy) -> None:
    """Set the zone hours ahead, on a day that has begun there, too."""
    await live.set(timezone=BOGOTA)
    await live.act()
    live.clock.now = EVENING


async def test_gift_is_due_at_midnight_there(live: LiveEconomy) -> None:
    """The next gift comes with the next day of the community, and the streak goes on."""
    await live_in_bogota(live)
    first = await live.take_gift()
    live.clock.now = first.due - timedelta(microseconds=1)
    with pytest.raises(GiftAlreadyTaken) as again:
        await live.take_gift()
    live.clock.now = first.due

    assert datetime(2026, 3, 3, 5, tzinfo=UTC) == first.due == again.value.due
    assert 2 == (await live.take_gift()).streak


async def test_reactions_are_counted_by_it(live: LiveEconomy) -> None:
    """The daily limit and the activity bonus are those of the community's day."""
    await live.set(max_reactions_per_day=2)
    await live_in_bogota(live)
    paid = [await live.react(message_id) for message_id in range(3)]
    live.clock.advance(hours=2)
    paid.append(await live.react(3))
    live.clock.advance(hours=1)
    paid.append(await live.react(4))
    late = await live.react(5, acted_at=EVENING)

    assert [(5, 20), (5, 0), (0, 0), (0, 0), (5, 22)] == [(one.paid, one.bonus) for one in paid]
    assert late.used_up
    assert [2, 1] == [
        await count_rows(live.engine, "user_reactions", f"day = '2026-03-0{day}'") for day in (2, 3)
    ]


async def test_to_the_west_no_day_is_paid_twice(live: LiveEconomy) -> None:
    """The day of the change lasts until the new zone has passed it, and pays once."""
    live.clock.now = EVENING - timedelta(hours=12)
    await live.take_gift()
    live.clock.now = EVENING
    await live.take_gift()
    await live.set(timezone=BOGOTA)

    with pytest.raises(GiftAlreadyTaken) as again:
        await live.take_gift()
    live.clock.now = again.value.due
    third = await live.take_gift()

    assert (2, datetime(2026, 3, 4, 5, tzinfo=UTC)) == (again.value.streak, again.value.due)
    assert (3, 60) == (third.streak, third.gift + third.bonus)
    await live.assert_books_balance()


async def test_to_the_east_a_kept_streak_goes_on(live: LiveEconomy) -> None:
    """Whoever would have come in time by the old zone is in time by the new one."""
    evening = datetime(2026, 3, 2, 21, tzinfo=UTC)
    for days in (2, 1):
        live.clock.now = evening - timedelta(days=days)
        await live.take_gift()
        await live.react(days)
    live.clock.now = evening - timedelta(hours=1)
    await live.set(timezone=TOKYO)
    await live.act(1002)
    live.clock.now = evening

    gift, reaction = await live.take_gift(), await live.react(3)

    assert (4, 60, 26) == (gift.streak, gift.gift + gift.bonus, reaction.bonus)
    assert datetime(2026, 3, 3, 15, tzinfo=UTC) == gift.due
    streaks = (await live.account()).streaks
    assert [4, 4] == [streaks[kind].current for kind in StreakType]
    await live.assert_books_balance()


async def test_change_is_written_once(live: LiveEconomy) -> None:
    """The first update by any hand's new zone writes it down, and UTC from the start nothing."""
    await live.act()
    rows = [await count_rows(live.engine, "timezone_changes")]
    for zone in (TOKYO, None, BOGOTA):
        await live.set(timezone=zone)
        live.clock.advance(hours=1)
        for _ in range(2):
            live.rules.invalidate()
            await live.act()
        rows.append(await count_rows(live.engine, "timezone_changes"))

    assert [0, 1, 2, 3] == rows


async def test_change_that_many_find_at_once(live: LiveEconomy) -> None:
    """However many updates at work together write a change down, the zone before stays known."""
    await live.act()
    async with live.engine.begin() as connection:
        for seconds, zone in enumerate([TOKYO, *[BOGOTA] * 20]):
            await record_change(connection, EVENING + timedelta(seconds=seconds), zone)

        found = await read_changes(connection, EVENING + timedelta(hours=1))

    assert [(EVENING + timedelta(seconds=1), BOGOTA), (EVENING, TOKYO)] == found


async def test_in_force_on_every_replica(
    live: LiveEconomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica that nobody tells goes by the new zone within ten seconds."""
    seconds = [100.0]
    monkeypatch.setattr(TtlCache.__init__, "__defaults__", (lambda: seconds[0],))
    live.rules = RulesCache(load_manifest().config, live.clock)
    await live.act()
    await run_sql(live.engine, f"UPDATE bot_config SET timezone = '{TOKYO}'")
    seconds[0] = 110.0

    async with live.turn() as (economy, _):
        assert (TOKYO, TOKYO) == (economy.calendar.timezone, economy.config.timezone)


@pytest.mark.parametrize("wrong", ["Mars/Olympus", "", "europe"])
async def test_zone_that_is_none(live: LiveEconomy, wrong: str) -> None:
    """SQL by hand that names no zone leaves the default in force, and the log says so."""
    await live.set(timezone=wrong)

    async with live.turn() as (economy, _):
        assert ("UTC", ["timezone"]) == (
            economy.calendar.timezone,
            [one.column for one in economy.config.problems],
        )


async def test_clock_that_was_ahead(live: LiveEconomy) -> None:
    """A change that a wrong clock wrote down for next year is in force today."""
    now = live.clock.now
    live.clock.advance(days=300)
    await live.set(timezone=TOKYO)
    await live.act()
    live.clock.now = now
    live.rules.invalidate()

    assert datetime(2026, 3, 2, 15, tzinfo=UTC) == (await live.take_gift()).due


async def test_repeatable_streak_counts_from_that_day(live: LiveEconomy) -> None:
    """What is repeatable counts the days since its unlocking by the community's calendar."""
    await live_in_bogota(live)
    await live.add_reward("Otra vez", (ConditionType.STREAK_LENGTH, 1), is_repeatable=True)
    reward_id = next(one.id for one in (await live.take_gift()).unlocked if one.name == "Otra vez")
    await live.claim(reward_id)
    live.clock.advance(days=1)

    assert "Otra vez" in [one.name for one in (await live.take_gift()).unlocked]


async def test_figures_by_its_days(live: LiveEconomy) -> None:
    """What was earned late in the evening is that evening's in the admin's figures."""
    await live_in_bogota(live)
    await live.move(7, "grant")
    live.clock.advance(hours=3)
    await live.move(11, "another")

    async with live.turn() as (economy, _):
        found = await read_statistics(economy.connection, economy.now, economy.calendar)

    assert [("2026-03-02", 7), ("2026-03-03", 11)] == [
        (f"{one.day}", one.earned) for one in found.days[-2:]
    ]
