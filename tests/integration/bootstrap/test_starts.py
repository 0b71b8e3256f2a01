"""A fresh start, a second start, and a start after a part of the data was lost."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import schema
from bot.database.errors import DatabaseError
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding.report import Counts, Outcome
from tests.support.database import add_users, contents, run_sql
from tests.support.populated import populate

pytestmark = pytest.mark.seeded


@pytest.mark.unseeded
async def test_fresh_start_seeds_everything(service: BootstrapService, engine: AsyncEngine) -> None:
    """An empty database gets schema, config, rewards, conditions and marker."""
    report = await service.run()

    found = await contents(engine)
    assert Outcome.SEEDED is report.outcome
    assert (None, 2) == (report.seeds[0].version_before, report.seeds[0].version_after)
    assert (None, schema.head()) == (report.schema_before, report.schema_after)
    assert (Counts(created=9), Counts(created=3)) == (
        report.counts("config"),
        report.counts("rewards"),
    )
    assert [
        {
            "id": 1,
            "level_formula": "floor(sqrt(total_earned / 100)) + 1",
            "besitos_per_reaction": 5,
            "besitos_daily_gift": 50,
            "besitos_daily_streak_bonus": 10,
            "max_reactions_per_day": 20,
            "besitos_daily_base": 20,
            "besitos_streak_bonus_per_day": 2,
            "besitos_streak_bonus_max": 50,
            "timezone": "UTC",
        }
    ] == found["bot_config"]
    assert [
        ("primeros_pasos", {"amount": 10}),
        ("ahorrador_principiante", {"badge_name": "ahorrador", "emoji": "💰"}),
        ("racha_7_dias", {"amount": 50}),
    ] == [(reward["key"], reward["reward_value"]) for reward in found["rewards"]]
    assert [("FIRST_REACTION", None), ("TOTAL_POINTS", 100), ("STREAK_LENGTH", 7)] == [
        (row["condition_type"], row["condition_value"]) for row in found["reward_conditions"]
    ]
    assert [("gamification", 2)] == [(row["seed"], row["version"]) for row in found["seed_marker"]]


async def test_second_start_writes_nothing(service: BootstrapService, engine: AsyncEngine) -> None:
    """A whole database is only read, and its users are counted as they are."""
    await service.run()
    await populate(engine)
    before = await contents(engine, times=True)

    report = await service.run()

    assert (Outcome.UP_TO_DATE, False) == (report.outcome, report.changes_something)
    assert Counts(kept=3) == report.counts("profiles")
    assert before == await contents(engine, times=True)


async def test_users_get_empty_profiles(service: BootstrapService, engine: AsyncEngine) -> None:
    """Whoever has no profile gets one with nothing in it."""
    await service.run()
    await add_users(engine, 1, 2, 2**40)

    report = await service.run()

    assert (Outcome.HEALED, Counts(created=3)) == (report.outcome, report.counts("profiles"))
    empty = {"balance": 0, "total_earned": 0, "total_spent": 0, "total_taken": 0, "level": 1}
    assert [
        {"user_id": user_id, **empty, "last_earned_id": 0, "left_at": None}
        for user_id in (1, 2, 2**40)
    ] == (await contents(engine))["user_gamification_profiles"]


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM rewards WHERE key = 'primeros_pasos'",
        "DELETE FROM reward_conditions WHERE condition_type = 'STREAK_LENGTH'",
        "DELETE FROM user_gamification_profiles WHERE user_id = 2",
        "UPDATE bot_config SET besitos_per_reaction = NULL",
        "UPDATE bot_config SET level_formula = NULL",
        "UPDATE rewards SET description = NULL WHERE key = 'racha_7_dias'",
    ],
)
async def test_one_lost_part_comes_back(
    service: BootstrapService, engine: AsyncEngine, loss: str
) -> None:
    """A default that is gone returns at the same version; all that was edited stays."""
    await service.run()
    await populate(engine)
    await run_sql(engine, "UPDATE rewards SET description = NULL WHERE key = 'primeros_pasos'")
    await service.run()  # that one has its default text again, so all of it can come back
    before = await contents(engine)
    await run_sql(engine, loss)
    if engine.dialect.name == "sqlite":  # as PostgreSQL's foreign keys do
        await run_sql(
            engine,
            "DELETE FROM reward_conditions WHERE reward_id NOT IN (SELECT id FROM rewards)",
        )
    assert before != await contents(engine)

    report = await service.run()

    assert (Outcome.HEALED, True) == (report.outcome, report.changes_something)
    assert _without_ids(before) == _without_ids(await contents(engine))
    assert Outcome.UP_TO_DATE is (await service.run()).outcome


async def test_retired_reward_stays_retired(service: BootstrapService, engine: AsyncEngine) -> None:
    """Deactivating a reward is an admin's decision, which healing something else respects."""
    await service.run()
    await populate(engine)
    await run_sql(engine, "DELETE FROM seed_marker")

    report = await service.run()

    active = {row["key"]: row["is_active"] for row in (await contents(engine))["rewards"]}
    assert {"primeros_pasos": True, "ahorrador_principiante": True, "racha_7_dias": False} == active
    assert (Counts(kept=1), Counts(kept=2)) == (report.counts("config"), report.counts("rewards"))


def _without_ids(found: dict[str, list[dict[str, object]]]) -> dict[str, list[str]]:
    """Forget surrogate ids and order: a row that comes back has a new number."""
    ids = {"id", "reward_id"}
    return {
        table: sorted(
            repr([(name, value) for name, value in row.items() if name not in ids]) for row in rows
        )
        for table, rows in found.items()
    }


@pytest.mark.parametrize("damage", ["applied_values = 'null'", "applied_values = '[]'"])
async def test_damaged_marker_is_said(
    service: BootstrapService, engine: AsyncEngine, damage: str
) -> None:
    """Nobody guesses what was applied; without the marker everything counts as an edit."""
    await service.run()
    await run_sql(engine, f"UPDATE seed_marker SET {damage}")
    before = await contents(engine)

    with pytest.raises(DatabaseError, match=r"seed_marker.* damaged; delete that row"):
        await service.run()

    assert before == await contents(engine)
    await run_sql(engine, "DELETE FROM seed_marker")
    assert Outcome.SEEDED is (await service.run()).outcome
