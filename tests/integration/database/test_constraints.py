"""What the database itself refuses, whoever writes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from tests.support.canary import live_in
from tests.support.database import contents

LEDGER = "INSERT INTO transactions (user_id, amount, type, reference) VALUES"
REACTION = "INSERT INTO user_reactions (user_id, chat_id, message_id, day) VALUES"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE user_gamification_profiles SET balance = -30, total_spent = 150 WHERE user_id = 1",
        "UPDATE user_gamification_profiles SET balance = balance + 1",
        "UPDATE user_gamification_profiles SET level = 0",
        "INSERT INTO bot_config (id) VALUES (2)",
        "UPDATE bot_config SET besitos_daily_gift = -1",
        "INSERT INTO user_gamification_profiles (user_id) VALUES (99)",
        f"{LEDGER} (1, 5, 'REACTION', 'gift:1')",
        f"{LEDGER} (1, 0, 'REACTION', 'new')",
        f"{LEDGER} (1, 1, 'GIFT', 'new')",
        "DELETE FROM users WHERE user_id = 1",
        "UPDATE rewards SET key = 'racha_7_dias' WHERE key = 'primeros_pasos'",
        "UPDATE rewards SET claim_window_hours = 0",
        "UPDATE reward_conditions SET condition_value = 3 WHERE condition_type = 'FIRST_REACTION'",
        "UPDATE user_rewards SET status = 'CLAIMED'",
        "UPDATE user_rewards SET status = 'LOST'",
        "UPDATE user_streaks SET longest = 2",
        f"{REACTION} (1, -100, 7, '2026-02-02')",
    ],
)
async def test_invariants_hold(
    engine: AsyncEngine, service: BootstrapService, statement: str
) -> None:
    """Each invariant is a constraint, and a refused statement changes nothing."""
    await service.run()
    await live_in(engine)
    before = await contents(engine)

    with pytest.raises(IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(text(statement))

    assert before == await contents(engine)
