"""A backfill while another replica is up and registers members.

PostgreSQL only: on SQLite a second writer waits for the whole transaction.
"""

import asyncio

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import RewardConditionRow, RewardRow
from bot.gamification.registration import User, register_user
from bot.gamification.types import ConditionType
from bot.seeding.report import Counts, Outcome
from tests.support.database import add_users, contents, run_sql
from tests.support.stepping import SteppedBootstrap
from tests.support.waiting import until_blocked

pytestmark = [
    pytest.mark.seeded,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


async def test_live_replica_registers_members_meanwhile(
    service: BootstrapService, database_url: str, engine: AsyncEngine
) -> None:
    """New members between any two statements, and old ones meanwhile, get one profile each."""
    await service.run()
    old = range(0, 1000, 10)
    await add_users(engine, *old)

    async def old_members_come_by() -> None:
        for user_id in reversed(old):  # the backfill comes from the other end
            await register(engine, user_id)

    with SteppedBootstrap(database_url) as backfill:
        await backfill.run_until("INSERT INTO user_gamification_profiles")
        await backfill.run_until("SELECT users.user_id")  # the end of the second slice
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(old_members_come_by())
            number = 0
            async for _ in backfill:
                number += 1
                for user_id in (10 * number + 1, 1005 - 10 * number, 2000 + number):
                    await register(engine, user_id)

        report = await backfill.finish()

    assert 20 <= report.counts("profiles").created <= len(old)
    found = await contents(engine)
    users = {row["user_id"] for row in found["users"]}
    assert users == {row["user_id"] for row in found["user_gamification_profiles"]}
    assert users > set(old)
    assert Outcome.UP_TO_DATE is (await service.run()).outcome


@pytest.mark.parametrize(("commits", "created"), [(True, 49), (False, 50)])
async def test_backfill_meets_a_registration_halfway(
    service: BootstrapService,
    database_url: str,
    engine: AsyncEngine,
    created: int,
    *,
    commits: bool,
) -> None:
    """It waits for a registration of the same user, and inserts the profile if that fails."""
    await service.run()
    await add_users(engine, *range(50))

    with SteppedBootstrap(database_url) as backfill:
        async with engine.connect() as replica:
            await register_user(replica, User(30, None, "Ana", None))
            await backfill.run_until("INSERT INTO user_gamification_profiles")
            await backfill.run_until("INSERT INTO user_gamification_profiles")
            backfill.go_on()
            await until_blocked(engine, backfill.pid)
            await (replica.commit() if commits else replica.rollback())
        report = await backfill.finish()

    assert Counts(created, kept=50 - created) == report.counts("profiles")
    assert 50 == len((await contents(engine))["user_gamification_profiles"])


@pytest.mark.parametrize("touch", ["reward_conditions", "rewards"])
async def test_upgrade_waits_for_an_admins_edit(
    service: BootstrapService,
    engine: AsyncEngine,
    database_url: str,
    touch: str,
) -> None:
    """Conditions that an admin edits at this very moment are an edit, and are kept."""
    await service.run()
    await run_sql(engine, "UPDATE seed_marker SET fingerprint = 'of an older manifest'")
    async with engine.connect() as admin:
        await admin.execute(update(RewardRow).values(sort_order=RewardRow.sort_order))
        await admin.execute(
            update(RewardConditionRow)
            .where(RewardConditionRow.condition_type == ConditionType.STREAK_LENGTH)
            .values(condition_value=5)
        )
        if touch == "reward_conditions":
            await admin.commit()  # only the second edit is under way when the upgrade comes
            await admin.execute(
                update(RewardConditionRow).values(
                    condition_group=RewardConditionRow.condition_group
                )
            )
        with SteppedBootstrap(database_url) as upgrade:
            upgrading = asyncio.create_task(upgrade.finish())
            await until_blocked(engine, upgrade.pid)
            await admin.commit()
            report = await upgrading

    assert Outcome.UPGRADED is report.outcome
    assert 1 == report.counts("rewards").kept
    found = await contents(engine)
    assert 5 in [row["condition_value"] for row in found["reward_conditions"]]


async def register(engine: AsyncEngine, user_id: int) -> None:
    """Register a member as a live replica does on an update."""
    async with engine.begin() as connection:
        await register_user(connection, User(user_id, None, f"Member {user_id}", "es"))
