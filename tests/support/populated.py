"""A populated database: members, balances and admin edits that no start may touch."""

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.database import run_sql

#: Three members; the first has a balance, a badge on the way, a streak and a paid reaction.
MEMBERS = (
    "INSERT INTO users (user_id, first_name) VALUES (1, 'Ana'), (2, 'Luis'), (3, 'Eva')",
    """INSERT INTO user_gamification_profiles
       (user_id, balance, total_earned, total_spent, total_taken, level)
       VALUES (1, 90, 120, 30, 30, 2), (2, 0, 0, 0, 0, 1), (3, 0, 0, 0, 0, 1)""",
    "INSERT INTO member_names (user_id, term) VALUES (1, 'ana'), (2, 'luis'), (3, 'eva')",
    """INSERT INTO transactions (user_id, amount, type, reference)
       VALUES (1, 120, 'DAILY_GIFT', 'gift:1'), (1, -30, 'ADMIN_TAKE', 'take:1')""",
    """UPDATE user_gamification_profiles
       SET last_earned_id = (SELECT id FROM transactions WHERE reference = 'gift:1')
       WHERE user_id = 1""",
    """INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)
       SELECT 1, id, 'UNLOCKED', '2026-01-01 00:00:00', '2026-01-08 00:00:00' FROM rewards
       WHERE key = 'ahorrador_principiante'""",
    """INSERT INTO user_streaks (user_id, streak_type, current, longest, last_day)
       VALUES (1, 'DAILY_GIFT', 3, 5, '2026-01-01')""",
    """INSERT INTO user_reactions (user_id, chat_id, message_id, day)
       VALUES (1, -100, 7, '2026-01-01')""",
)
#: What an admin has changed: a setting, a reward's text and one reward retired.
ADMIN_EDITS = (
    "UPDATE bot_config SET besitos_daily_gift = 77",
    "UPDATE rewards SET description = 'Texto del admin 💰' WHERE key = 'primeros_pasos'",
    "UPDATE rewards SET is_active = false WHERE key = 'racha_7_dias'",
)


async def populate(engine: AsyncEngine) -> None:
    """Fill a freshly seeded database with members and admin edits."""
    await run_sql(engine, *MEMBERS, *ADMIN_EDITS)
