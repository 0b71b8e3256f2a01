"""Constraints: the database itself refuses, whoever writes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Text, insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import SEED_RUNS
from tests.support.database import contents
from tests.support.populated import populate

pytestmark = pytest.mark.seeded

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
    await populate(engine)
    before = await contents(engine)

    with pytest.raises(IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(text(statement))

    assert before == await contents(engine)


#: A run of the seed as it is recorded.
RUN: dict[str, Any] = {
    "ran_at": datetime(2026, 3, 2, 12, tzinfo=UTC),
    "seed": "gamification",
    "outcome": "seeded",
    "release": "0.1.0",
    "host": "ana",
    "counts": {"config": {"created": 8}},
    "changes": [],
    "notes": [],
    "milliseconds": 12,
}


async def test_a_run_is_recorded(engine: AsyncEngine, service: BootstrapService) -> None:
    """The types that SQLite is asked to hold to are those that we write."""
    await service.run()
    upgraded = {
        "version_before": 1,
        "version_after": 2,
        "schema_before": "0006",
        "schema_after": "0007",
    }
    async with engine.begin() as connection:
        for run in (RUN, RUN | upgraded):
            await connection.execute(insert(SEED_RUNS), run)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_runs_hold_to_their_types_on_sqlite(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """SQLite would take any value into any column; in a new table it does not."""
    await service.run()
    async with engine.begin() as connection:
        await connection.execute(insert(SEED_RUNS), RUN)

    for column in SEED_RUNS.c:
        # A number in a column of text becomes text by itself.
        values = ["x'00'"] if isinstance(column.type, Text) else ["x'00'", "2.5"]
        for value in values:
            with pytest.raises(IntegrityError):
                async with engine.begin() as connection:
                    await connection.execute(text(f"UPDATE seed_runs SET {column.name} = {value}"))
