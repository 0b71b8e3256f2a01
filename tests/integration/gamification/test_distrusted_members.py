"""Accounts and history of members into which SQL by hand has put anything."""

from datetime import timedelta

import pytest

from bot.gamification.leaderboard import read_page
from bot.gamification.ledger import read_ledger
from tests.integration.gamification.distrusted import (
    UNCHECKED,
    named,
    on_sqlite,
)
from tests.support.economy import ANA, LUIS, NOON, LiveEconomy
from tests.support.seeded import SeededDatabases

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
