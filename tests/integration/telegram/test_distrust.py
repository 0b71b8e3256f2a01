"""Rows that SQL by hand has broken stop no update: the bot answers everybody."""

import pytest

from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LiveEconomy
from tests.support.updates import command, reaction, user

SORRY = "Algo ha salido mal"
SETTINGS = [
    "UPDATE bot_config SET besitos_per_reaction = 2000000000, level_formula = 'bad('",
]
REWARDS = [
    "UPDATE rewards SET claim_window_hours = 100000000 WHERE key = 'primeros_pasos'",
    "UPDATE rewards SET reward_value = '{\"besitos\": 1}' WHERE key = 'racha_7_dias'",
    "UPDATE reward_conditions SET condition_value = 5000000000 WHERE condition_value = 100",
]
MEMBERS = [
    "UPDATE user_rewards SET expires_at = '9999-12-31 23:59:59.999999', unlocked_at = '0001-01-01'",
    "UPDATE user_streaks SET last_day = '2999-01-01', current = 2147483647, longest = 2147483647",
]
SETTINGS_ON_SQLITE = [
    "UPDATE bot_config SET besitos_per_reaction = 'cinco', max_reactions_per_day = '20 al dia'",
    "UPDATE bot_config SET besitos_daily_gift = '50 besitos', level_formula = CAST(x'ff' AS TEXT)",
]
REWARDS_ON_SQLITE = [
    "UPDATE rewards SET reward_value = '{amount: 15}' WHERE key = 'racha_7_dias'",
    "UPDATE rewards SET is_active = 'false', is_secret = 'no' WHERE key = 'primeros_pasos'",
    "UPDATE reward_conditions SET condition_value = 'cien' WHERE condition_value = 100",
]
MEMBERS_ON_SQLITE = [
    "UPDATE user_streaks SET last_day = '2026-03-01 10:00:00', current = 'x', longest = 'x'",
    "UPDATE user_rewards SET unlocked_at = datetime('now'), expires_at = 'mañana'",
    "UPDATE user_gamification_profiles SET total_earned = '25 xp', level = 'alto'",
    "UPDATE transactions SET created_at = 'ayer', reason = x'ff'",
    "UPDATE users SET first_name = x'ff', username = CAST(x'ff' AS TEXT), created_at = 'ayer'",
    "UPDATE user_reactions SET day = day || ' 10:00:00', created_at = 5",
]


@pytest.mark.parametrize("sql", [SETTINGS, REWARDS, MEMBERS])
async def test_every_command(live: LiveEconomy, telegram: Dispatching, sql: list[str]) -> None:
    """Each command of members and newcomers is answered, and gift and reactions are paid."""
    await telegram.feed(reaction(1, user(ANA)))
    await live.edit_by_sql(*sql)

    asked = ("/start", "/daily", "/rewards", "/profile", "/top", "/history", "/help")
    heard = [
        await telegram.texts(command(text, user(who))) for who in (ANA, 1002) for text in asked
    ]
    await telegram.feed(reaction(2, user(ANA)))

    assert [] == [texts for texts in heard if not texts or SORRY in texts[0]]
    assert 25 + 50 + 5 == (await live.account(ANA)).balance


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sql", [SETTINGS_ON_SQLITE, REWARDS_ON_SQLITE, MEMBERS_ON_SQLITE])
async def test_on_sqlite(live: LiveEconomy, telegram: Dispatching, sql: list[str]) -> None:
    """The same with what only SQLite takes."""
    await test_every_command(live, telegram, sql)
