"""Settings and rewards that SQL by hand has broken cost themselves, and never a payment."""

import json
from typing import Any

import pytest

from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.config import SETTINGS, EconomyConfig
from bot.gamification.context import ConfigReader, read_problems
from bot.gamification.rewards.catalogue import read_catalogue
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.stored import Problem
from tests.support.economy import ANA, LUIS, LiveEconomy
from tests.support.seeded import SeededDatabases

#: Lets SQLite's shell do what a dropped CHECK would.
UNCHECKED = "PRAGMA ignore_check_constraints = ON"
#: Table, column, SQL value, and which row.
Case = tuple[str, str, str, str]
on_sqlite = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
NAMES = ["Primeros Pasos", "Ahorrador Principiante", "Racha de 7 Días"]
FIRST = "WHERE key = 'primeros_pasos'"
ITS_CONDITION = "WHERE condition_type = 'TOTAL_POINTS'"


async def problems(live: LiveEconomy) -> list[tuple[str, str]]:
    """Return the table and the column of each problem."""
    async with live.engine.connect() as connection:
        return [(one.table, one.column) for one in await read_problems(connection)]


async def in_force(live: LiveEconomy) -> EconomyConfig:
    async with live.engine.connect() as connection:
        return await ConfigReader(load_manifest().config).read(connection)


async def test_nothing_is_wrong(live: LiveEconomy) -> None:
    """A seeded database has no problems."""
    assert [] == await problems(live)


@on_sqlite
@pytest.mark.parametrize("value", ["'cinco'", "'20 al dia'", "x'ff'", "CAST(x'ff' AS TEXT)"])
async def test_settings_of_another_type(live: LiveEconomy, value: str) -> None:
    """Whatever stands in a setting that is none, the default is in force, and members are paid."""
    before = await in_force(live)
    settings = ", ".join(f"{name} = {value}" for name in SETTINGS)
    await live.edit_by_sql(UNCHECKED, f"UPDATE bot_config SET {settings}")
    after = await in_force(live)

    first, second = await live.react(1), await live.react(2)

    assert [(5, 20), (5, 0)] == [(one.paid, one.bonus) for one in (first, second)]
    assert 50 == (await live.take_gift()).gift
    assert [getattr(before, one) for one in SETTINGS] == [getattr(after, one) for one in SETTINGS]
    assert [("bot_config", name) for name in SETTINGS] == await problems(live)
    await live.assert_books_balance()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("besitos_per_reaction", "1500000000"),
        ("besitos_daily_gift", "2147483647"),
        ("besitos_streak_bonus_max", "1000000001"),
        ("max_reactions_per_day", "1000001"),
        ("level_formula", "'open(1)'"),
        ("level_formula", "''"),
    ],
)
async def test_setting_out_of_bounds(live: LiveEconomy, name: str, value: str) -> None:
    """A setting that the manifest would refuse counts as unset."""
    default = await in_force(live)
    await live.edit_by_sql(f"UPDATE bot_config SET {name} = {value}")

    assert getattr(default, name) == getattr(await in_force(live), name)
    assert 25 == (await live.react(1)).account.balance
    assert [("bot_config", name)] == await problems(live)


@on_sqlite
async def test_fractions(live: LiveEconomy) -> None:
    """No balance gets a fraction."""
    counted = [name for name in SETTINGS if name != "level_formula"]
    await live.edit_by_sql(*(f"UPDATE bot_config SET {name} = 2.5" for name in counted))

    assert 25 == (await live.react(1)).account.balance
    assert [("bot_config", name) for name in counted] == await problems(live)


async def test_good_edits_stay(live: LiveEconomy) -> None:
    """One bad setting costs no other, and edits within bounds count as ever."""
    await live.edit_by_sql(
        "UPDATE bot_config SET besitos_per_reaction = 9, besitos_daily_base = 2000000000"
    )

    first = await live.react(1)

    assert (9, 20) == (first.paid, first.bonus)


@on_sqlite
async def test_named_once(live: LiveEconomy, caplog: pytest.LogCaptureFixture) -> None:
    """A problem is logged with all that is needed to mend it: once, and again when it changes."""
    for value in ("'cinco'", "'cinco'", "'seis'", "6", "'seis'"):
        await live.edit_by_sql(f"UPDATE bot_config SET besitos_per_reaction = {value}")
        for message_id in range(3):
            await live.react(message_id)

    assert [
        f"bot_config row 1 counts as unset there: its besitos_per_reaction is wrong ('{value}': "
        "input should be a valid integer); correct it in the database."
        for value in ("cinco", "seis", "seis")
    ] == caplog.messages


@on_sqlite
async def test_long_values_are_cut(live: LiveEconomy) -> None:
    """What is named is cut to length, whatever stands there."""
    await live.edit_by_sql(f"UPDATE bot_config SET besitos_daily_gift = '{'x' * 5000}'")

    async with live.engine.connect() as connection:
        (problem,) = await read_problems(connection)

    assert Problem("bot_config", "1", "besitos_daily_gift", f"'{'x' * 58}…", problem.reason) == (
        problem
    )


BROKEN_ANYWHERE: list[Case] = [
    ("rewards", "claim_window_hours", "100000000", FIRST),
    ("rewards", "reward_value", "'{\"besitos\": 10}'", FIRST),
    ("rewards", "reward_value", "'{\"amount\": 0}'", FIRST),
    ("rewards", "reward_value", "'{\"amount\": 2.5}'", FIRST),
    ("rewards", "reward_value", '\'{"amount": 10, "extra": 1}\'', FIRST),
    ("rewards", "reward_value", "'[10]'", FIRST),
    ("rewards", "reward_value", "'null'", FIRST),
    ("rewards", "reward_value", "'\"10\"'", FIRST),
    ("rewards", "reward_value", '\'{"badge_name": "x", "emoji": "y"}\'', FIRST),
    ("rewards", "name", "''", FIRST),
    ("rewards", "name", "' \N{ZERO WIDTH SPACE} '", FIRST),
    ("rewards", "name", "'dos\nlíneas'", FIRST),
    ("rewards", "name", f"'{'x' * 201}'", FIRST),
    ("rewards", "description", f"'{'x' * 1001}'", FIRST),
    ("rewards", "sort_order", "2000000", FIRST),
    ("reward_conditions", "condition_value", "5000000000", ITS_CONDITION),
    ("reward_conditions", "condition_group", "2000000", ITS_CONDITION),
]
BROKEN_ON_SQLITE: list[Case] = [
    ("rewards", "reward_value", "'{amount: 15}'", FIRST),
    ("rewards", "reward_value", "15", FIRST),
    ("rewards", "reward_value", "x'ff'", FIRST),
    ("rewards", "reward_value", f"'{'[' * 5000}'", FIRST),
    ("rewards", "reward_value", f"'{{\"amount\": {'9' * 5000}}}'", FIRST),
    ("rewards", "reward_type", "'COCHE'", FIRST),
    ("rewards", "reward_type", "x'ff'", FIRST),
    ("rewards", "is_active", "'false'", FIRST),
    ("rewards", "is_active", "2", FIRST),
    ("rewards", "is_repeatable", "'no'", FIRST),
    ("rewards", "is_secret", "0.5", FIRST),
    ("rewards", "claim_window_hours", "'una semana'", FIRST),
    ("rewards", "claim_window_hours", "2.5", FIRST),
    ("rewards", "claim_window_hours", "9223372036854775807", FIRST),
    ("rewards", "name", "x'ff'", FIRST),
    ("rewards", "description", "x'ff'", FIRST),
    ("rewards", "description", "'a' || char(0)", FIRST),
    ("rewards", "sort_order", "'primero'", FIRST),
    ("reward_conditions", "condition_type", "'LUNA_LLENA'", ITS_CONDITION),
    ("reward_conditions", "condition_value", "'cien'", ITS_CONDITION),
    ("reward_conditions", "condition_value", "1.5", ITS_CONDITION),
    ("reward_conditions", "condition_value", "0", ITS_CONDITION),
    ("reward_conditions", "condition_value", "NULL", ITS_CONDITION),
    ("reward_conditions", "condition_group", "'a'", ITS_CONDITION),
    ("reward_conditions", "condition_group", "-1", ITS_CONDITION),
]


async def test_rewards_out_of_bounds(live: LiveEconomy) -> None:
    """A reward that the manifest would refuse is left out, alone, and the very value is named."""
    assert {} == await wrongly_read(live, BROKEN_ANYWHERE)


@on_sqlite
async def test_rewards_of_other_types(live: LiveEconomy) -> None:
    """Whatever SQLite took into a column, it costs that reward and no other."""
    assert {} == await wrongly_read(live, BROKEN_ON_SQLITE, UNCHECKED)


async def wrongly_read(live: LiveEconomy, cases: list[Case], *first: str) -> dict[Case, Any]:
    """Break a reward in each way, one at a time; return the ways in which more or less is lost."""
    wrong = {}
    for case in cases:
        table, column, value, where = case
        left_out = 1 if table == "rewards" else 2
        async with live.engine.connect() as connection:
            for sql in (*first, f"UPDATE {table} SET {column} = {value} {where}"):
                await connection.exec_driver_sql(sql)
            rewards = await read_catalogue(connection)
            found = [(one.table, one.column) for one in await read_problems(connection)]
            await connection.rollback()
        names = [reward.name for reward in rewards.values()]
        if ([(table, column)], NAMES[: left_out - 1] + NAMES[left_out:]) != (found, names):
            wrong[case] = (found, names)
    return wrong


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE rewards SET claim_window_hours = 100000000 {FIRST}",
        f"UPDATE rewards SET reward_value = '{{\"besitos\": 10}}' {FIRST}",
        "UPDATE reward_conditions SET condition_value = 5000000000 WHERE condition_value = 100",
    ],
)
async def test_broken_reward_costs_no_payment(live: LiveEconomy, sql: str) -> None:
    """Who would unlock a reward that is broken, or has, is paid for all they do."""
    await live.react(1)
    await live.edit_by_sql(sql)

    await live.react(1, LUIS)
    await live.move(100, "grant", LUIS)
    await live.move(100, "grant too")
    balances = [(await live.react(2, one)).account.balance for one in (ANA, LUIS)]

    assert [130, 130] == balances
    assert 1 == len(await problems(live))
    assert 2 == len(await live.lines())
    await live.assert_books_balance()


@on_sqlite
@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE rewards SET reward_value = '{{amount: 15}}' {FIRST}",
        f"UPDATE rewards SET is_active = 'false' {FIRST}",
        "UPDATE reward_conditions SET condition_value = 'cien' WHERE condition_value = 100",
    ],
)
async def test_broken_reward_on_sqlite(live: LiveEconomy, sql: str) -> None:
    """The same where a column holds what no other database would take."""
    await test_broken_reward_costs_no_payment(live, sql)


async def test_claim_of_a_broken_reward(live: LiveEconomy) -> None:
    """It is not claimable while it is broken, and it is again when it is mended, in time."""
    reward = (await live.react(1)).unlocked[0]
    await live.edit_by_sql(f"UPDATE rewards SET claim_window_hours = 100000000 {FIRST}")
    with pytest.raises(NotClaimable):
        await live.claim(reward.id)
    await live.edit_by_sql(f"UPDATE rewards SET claim_window_hours = 168 {FIRST}")

    assert 10 == (await live.claim(reward.id)).paid


@on_sqlite
async def test_every_wrong_value_is_named(
    live: LiveEconomy, caplog: pytest.LogCaptureFixture
) -> None:
    """Several problems of one reward are all there, with the row and what stands in it."""
    await live.edit_by_sql(
        f"UPDATE rewards SET is_active = 'false', claim_window_hours = 'x' {FIRST}",
        "UPDATE reward_conditions SET condition_value = 'cien' WHERE reward_id = 2",
    )

    await live.react(1)
    await live.react(2)

    async with live.engine.connect() as connection:
        found = await read_problems(connection)
    assert [
        ("rewards", "1", "is_active", "'false'"),
        ("rewards", "1", "claim_window_hours", "'x'"),
        ("reward_conditions", "2", "condition_value", "'cien'"),
    ] == [(one.table, one.row, one.column, one.value) for one in found]
    assert list(map(str, found)) == caplog.messages


@on_sqlite
async def test_text_in_another_encoding(live: LiveEconomy) -> None:
    """A name typed in a Latin-1 shell is shown as far as it can be read, and stops nothing."""
    latin = "Días".encode("latin-1").hex()
    await live.edit_by_sql(f"UPDATE rewards SET name = CAST(x'{latin}' AS TEXT) {FIRST}")

    result = await live.react(1)

    assert ["D\N{REPLACEMENT CHARACTER}as"] == [reward.name for reward in result.unlocked]
    assert 10 == (await live.claim(result.unlocked[0].id)).paid


async def test_json_text_of_any_form(live: LiveEconomy) -> None:
    """A value in other white space and escapes is the value that it is."""
    value = json.dumps({"amount": 33}, indent=4)
    await live.edit_by_sql(f"UPDATE rewards SET reward_value = '{value}' {FIRST}")
    (reward,) = (await live.react(1)).unlocked

    assert ({"amount": 33}, 33) == (reward.value, (await live.claim(reward.id)).paid)


@on_sqlite
async def test_good_flags(live: LiveEconomy) -> None:
    """SQLite's own ways to write a truth value are taken: TRUE, 1 and '1'."""
    await live.edit_by_sql(
        f"UPDATE rewards SET is_active = TRUE, is_secret = '0', is_repeatable = 0.0 {FIRST}"
    )

    assert ["Primeros Pasos"] == [reward.name for reward in (await live.react(1)).unlocked]


async def test_fresh_rules(seeded_databases: SeededDatabases) -> None:
    """A row that is gone is no problem: the defaults are in force."""
    async with seeded_databases.fresh() as engine:
        live: Any = LiveEconomy(engine)
        await live.edit_by_sql("DELETE FROM bot_config", "DELETE FROM reward_conditions")

        assert [] == await problems(live)
        assert 25 == (await live.react(1)).account.balance
