"""What admins had taken before 0011 is told apart, and members are found by their names."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from tests.integration.database.test_migrations import _migrate
from tests.support.database import run_sql
from tests.support.populated import populate

NAMED = "INSERT INTO users (user_id, username, first_name) VALUES (4, 'Pepe_G', 'José García')"
TAKES = """INSERT INTO transactions (user_id, amount, type, reference, created_at) VALUES
    (1, 50, 'DAILY_GIFT', 'gift:2', '2026-01-01 00:00:00'),
    (1, -20, 'ADMIN_TAKE', 'take:2', '2026-01-01 00:00:00')"""
HELD = """UPDATE user_rewards SET baseline_spent = 20, unlocked_at = '2026-01-02 00:00:00'"""


async def test_takes_and_names(engine: AsyncEngine, service: BootstrapService) -> None:
    """An account knows what was taken, a reward what was spent; names are found by their words."""
    await service.run()
    await populate(engine)
    await _migrate(engine, "downgrade", "0009")
    await run_sql(
        engine,
        NAMED,
        TAKES,
        HELD,
        "UPDATE user_gamification_profiles SET total_earned = 170, total_spent = 50, balance = 120"
        " WHERE user_id = 1",
    )

    await service.run()

    async with engine.connect() as connection:
        taken = await connection.scalar(
            text("SELECT total_taken FROM user_gamification_profiles WHERE user_id = 1")
        )
        spent = await connection.scalar(text("SELECT baseline_spent FROM user_rewards"))
        terms = await connection.scalars(
            text("SELECT term FROM member_names WHERE user_id = 4 ORDER BY term")
        )
    assert (50, 0) == (taken, spent)
    assert ["@pepe_g", "garcia", "jose garcia"] == list(terms)
    assert [] == await service.open_books()
