"""Streaks of members into which SQL by hand has put anything: days are days."""

from datetime import timedelta
from typing import Any

import pytest

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.streaks import Streak
from bot.gamification.types import StreakType
from tests.integration.gamification.distrusted import (
    TODAY,
    UNCHECKED,
    named,
    on_postgresql,
    on_sqlite,
)
from tests.support.economy import ANA, LiveEconomy


async def with_streak(live: LiveEconomy, **columns: Any) -> None:
    """Give Ana a gift streak of 3 days up to yesterday, with other values in some columns."""
    await live.account()
    row = {"current": "3", "longest": "5", "last_day": "'2026-03-01'"} | columns
    await live.edit_by_sql(
        UNCHECKED if live.engine.dialect.name == "sqlite" else "SELECT 1",
        f"INSERT INTO user_streaks (user_id, streak_type, {', '.join(row)})"
        f" VALUES ({ANA}, 'DAILY_GIFT', {', '.join(row.values())})",
    )


@on_sqlite
@pytest.mark.parametrize(
    "written", ["2026-03-01 10:00:00", "2026-03-01T23:59:59Z", "2026-03-01 00:00:00.000000"]
)
async def test_days_with_a_time(live: LiveEconomy, written: str) -> None:
    """A day written with a time counts as its day, for members as in the database."""
    await with_streak(live, last_day=f"'{written}'")
    shown = (await live.account()).streaks[StreakType.DAILY_GIFT].length_on(TODAY)

    result = await live.take_gift()

    assert (3, 4, 60) == (shown, result.streak, result.gift + result.bonus)
    assert Streak(4, 5, TODAY) == (await live.account()).streaks[StreakType.DAILY_GIFT]
    assert [] == await named(live)


@on_sqlite
async def test_today_with_a_time(live: LiveEconomy) -> None:
    """Today's gift is taken, whatever time stands behind the day."""
    await with_streak(live, last_day="'2026-03-02 08:00:00'")

    with pytest.raises(GiftAlreadyTaken):
        await live.take_gift()


@on_sqlite
@pytest.mark.parametrize(
    "value",
    [
        "'ayer'",
        "'now'",
        "''",
        "'2026-13-45'",
        "'01/03/2026'",
        "'2999-01-01'",
        "2461101",
        "5.5",
        "x'ff'",
        "CAST(x'ff' AS TEXT)",
    ],
)
async def test_no_day(live: LiveEconomy, value: str, caplog: pytest.LogCaptureFixture) -> None:
    """A streak whose day is none begins anew, and is right from then on."""
    await with_streak(live, last_day=value)
    gifts = [await live.take_gift()]
    live.clock.advance(days=1)
    gifts.append(await live.take_gift())

    assert [(1, 50), (2, 60)] == [(one.streak, one.gift + one.bonus) for one in gifts]
    assert (
        Streak(2, 5, TODAY + timedelta(days=1))
        == ((await live.account()).streaks[StreakType.DAILY_GIFT])
    )
    assert [f"user_streaks row {ANA} DAILY_GIFT begins anew: its last_day is wrong ("] == [
        line.partition("(")[0] + "(" for line in caplog.messages
    ]


@on_postgresql
@pytest.mark.parametrize("value", ["infinity", "-infinity", "20000-01-01", "4000-01-01 BC"])
async def test_days_beyond_pythons(live: LiveEconomy, value: str) -> None:
    """A day that only PostgreSQL has is none."""
    await with_streak(live, last_day=f"'{value}'")

    assert 1 == (await live.take_gift()).streak
    assert Streak(1, 5, TODAY) == (await live.account()).streaks[StreakType.DAILY_GIFT]


@pytest.mark.parametrize(
    ("columns", "after"),
    [
        ({"current": "2147483647", "longest": "2147483647"}, Streak(1, 1, TODAY)),
        ({"current": "4", "longest": "2147483647"}, Streak(5, 5, TODAY)),
    ],
)
async def test_endless_streaks(live: LiveEconomy, columns: Any, after: Streak) -> None:
    """A length at the end of its column is none, and stops no gift."""
    await with_streak(live, **columns)

    assert after.current == (await live.take_gift()).streak
    assert after == (await live.account()).streaks[StreakType.DAILY_GIFT]
    assert [] == await named(live)


@on_sqlite
@pytest.mark.parametrize(
    ("columns", "after"),
    [
        ({"current": "'tres'"}, Streak(1, 5, TODAY)),
        ({"current": "2.5"}, Streak(3, 5, TODAY)),
        ({"current": "x'33'"}, Streak(1, 5, TODAY)),
        ({"longest": "'mucho'"}, Streak(4, 4, TODAY)),
        ({"longest": "5.5"}, Streak(4, 5, TODAY)),
        ({"current": "-7", "longest": "-1"}, Streak(1, 1, TODAY)),
    ],
)
async def test_no_lengths(live: LiveEconomy, columns: Any, after: Streak) -> None:
    """What is no number of days counts as none, and is one after the next gift."""
    await with_streak(live, **columns)
    wrong = await named(live)

    assert after.current == (await live.take_gift()).streak
    assert after == (await live.account()).streaks[StreakType.DAILY_GIFT]
    assert [("user_streaks", column) for column in columns] == wrong
    assert [] == await named(live)


@on_sqlite
async def test_reaction_days_with_a_time(live: LiveEconomy) -> None:
    """Reactions of a day count for its limit, also where a time stands behind the day."""
    await live.set(max_reactions_per_day=2)
    await live.react(1)
    await live.react(2)
    await live.edit_by_sql("UPDATE user_reactions SET day = day || 'T10:00:00'")

    result = await live.react(3)

    assert (True, 0) == (result.used_up, result.paid)
