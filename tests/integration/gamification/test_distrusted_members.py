"""Rows of members into which SQL by hand has put anything: times are moments, days are days."""

from datetime import timedelta
from typing import Any

import pytest

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.leaderboard import read_page
from bot.gamification.ledger import read_ledger
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.streaks import Streak
from bot.gamification.types import ConditionType, StreakType, UserRewardStatus
from tests.support.economy import ANA, LUIS, NOON, LiveEconomy, count_rows
from tests.support.seeded import SeededDatabases

UNCHECKED = "PRAGMA ignore_check_constraints = ON"
on_sqlite = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("seeded_databases", ["postgresql"], indirect=True)
TODAY = NOON.date()


async def give(live: LiveEconomy, unlocked_at: str, expires_at: str) -> int:
    """Give Ana a reward of 10 besitos by SQL."""
    await live.account()
    reward_id = await live.reward_id("primeros_pasos")
    await live.edit_by_sql(
        "INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)"
        f" VALUES ({ANA}, {reward_id}, 'UNLOCKED', {unlocked_at}, {expires_at})"
    )
    return reward_id


async def named(live: LiveEconomy) -> list[tuple[str, str]]:
    """Return table and column of what is wrong with Ana's rows."""
    return [(one.table, one.column) for one in (await live.account()).problems]


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


ODD_ACCOUNTS = [
    {"total_earned": "'72 besitos'", "balance": "72"},
    {"total_earned": "'x'", "balance": "0"},
    {"total_earned": "72.5", "balance": "72.5"},
    {"total_spent": "'y'"},
    {"level": "'alto'"},
    {"level": "2.5"},
]


@on_sqlite
@pytest.mark.parametrize("columns", ODD_ACCOUNTS)
async def test_accounts(
    live: LiveEconomy, columns: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """An account counts as far as it is a number; what is booked next makes one of it."""
    await live.account()
    new = ", ".join(f"{name} = {value}" for name, value in columns.items())
    await live.edit_by_sql(f"UPDATE user_gamification_profiles SET {new} WHERE user_id = {ANA}")
    balance = (await live.account()).balance

    reaction = await live.react(1)
    gift = await live.take_gift()
    await live.claim(await live.reward_id("primeros_pasos"))
    after = await live.account()

    assert (25, 50) == (reaction.paid + reaction.bonus, gift.gift)
    assert balance + 85 == after.balance == after.total_earned - after.total_spent
    assert {int, type(balance)} >= {type(after.balance), type(after.level)}
    assert {f"its {name} is wrong" for name in columns if not columns[name].isdigit()} == {
        line.partition(": ")[2].partition(" (")[0] for line in caplog.messages
    }


@on_sqlite
async def test_what_everybody_sees(live: LiveEconomy) -> None:
    """One member's odd rows are on everybody's leaderboard, and in nobody's way."""
    await live.react(1)
    await live.react(1, LUIS)
    await live.edit_by_sql(
        "UPDATE user_gamification_profiles SET total_earned = '25 xp', level = 'alto'"
        f" WHERE user_id = {ANA}",
        f"UPDATE users SET first_name = x'4ce9' WHERE user_id = {ANA}",
        f"UPDATE users SET first_name = CAST(x'4ce9' AS TEXT) WHERE user_id = {LUIS}",
    )

    async with live.engine.connect() as connection:
        rows = (await read_page(connection, 0)).rows

    assert [(25, 0), (25, 1)] == [(row.total_earned, row.level) for row in rows]
    assert ["L\N{REPLACEMENT CHARACTER}"] * 2 == [row.first_name for row in rows]


@on_sqlite
async def test_history(live: LiveEconomy) -> None:
    """A line of the ledger without a time is shown all the same; one of no type is left out."""
    await live.react(1)
    await live.edit_by_sql(
        UNCHECKED,
        "UPDATE transactions SET created_at = 'ayer', amount = 5.5 WHERE type = 'REACTION'",
        "UPDATE transactions SET type = 'REGALO' WHERE type = 'ACTIVITY_BONUS'",
    )
    await live.move(1, "a")
    await live.edit_by_sql(
        "UPDATE transactions SET created_at = '2026-03-01T10:00:00+02:00' WHERE reference = 'a'"
    )

    async with live.engine.connect() as connection:
        rows = (await read_ledger(connection, ANA)).rows

    assert [(1, NOON - timedelta(hours=28)), (5.5, None)] == [
        (row.amount, row.created_at) for row in rows
    ]


async def test_nothing_is_wrong_with_our_own(seeded_databases: SeededDatabases) -> None:
    """What the bot itself writes is never a problem."""
    async with seeded_databases.fresh() as engine:
        live = LiveEconomy(engine)
        await live.react(1)
        for _ in range(8):
            await live.take_gift()
            live.clock.advance(days=1)
        await live.claim(await live.reward_id("racha_7_dias"))
        live.clock.advance(days=30)
        await live.act()

        assert [] == await named(live)
