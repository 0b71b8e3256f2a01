"""Wiping, reverting, and starting again."""

import asyncio
from contextlib import suppress
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.errors import DatabaseLocked, SchemaError
from bot.database.transaction import exclusive_transaction
from bot.database.wipe import wipe
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding.report import Outcome
from tests.support.database import contents, run_sql
from tests.support.economy import count_rows
from tests.support.populated import populate

pytestmark = pytest.mark.seeded

#: What somebody's first payment writes.
NEWCOMER = (
    "INSERT INTO users (user_id, first_name) VALUES (:user, 'Ana')",
    "INSERT INTO user_gamification_profiles (user_id) VALUES (:user)",
    (
        "INSERT INTO transactions (user_id, amount, type, reference)"
        " VALUES (:user, 5, 'REACTION', 'reaction:' || CAST(:user AS bigint))"
    ),
)


async def test_wipe_deletes_all_and_the_next_start_seeds(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """After a wipe only the schema is left; a start makes a fresh database of it."""
    await service.run()
    fresh = await contents(engine)
    await populate(engine)
    rows = sum(map(len, (await contents(engine, times=True)).values()))

    deleted = await wipe(engine)

    assert rows - 1 == deleted  # all but the schema's revision
    assert {"alembic_version"} == {
        table for table, rows in (await contents(engine)).items() if rows
    }
    assert Outcome.SEEDED is (await service.run()).outcome
    assert _keys(fresh) == _keys(await contents(engine))


@pytest.mark.unseeded
async def test_wipe_of_an_empty_database(engine: AsyncEngine) -> None:
    """There may be nothing to wipe."""
    assert 0 == await wipe(engine)


async def test_wipe_refuses_while_another_holds_the_lock(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """Nothing is deleted under the feet of a start."""
    await service.run()
    before = await contents(engine)
    other = create_engine(engine.url)
    async with exclusive_transaction(other, 1):
        with pytest.raises(DatabaseLocked, match="Another process holds the database lock"):
            await wipe(engine, lock_timeout=0.1)
    await other.dispose()

    assert before == await contents(engine)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_wipe_beside_a_running_bot(engine: AsyncEngine, service: BootstrapService) -> None:
    """Members who come and are paid meanwhile keep nobody from wiping."""
    await service.run()
    numbers = count(1)
    over = asyncio.Event()

    async def pay() -> None:
        while not over.is_set():
            number = next(numbers)
            with suppress(DBAPIError):  # as a bot does: it comes again
                async with engine.begin() as connection:
                    for statement in NEWCOMER:
                        await connection.execute(text(statement), {"user": number})

    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(pay())
        for _ in range(3):
            paid = await count_rows(engine, "transactions")
            while await count_rows(engine, "transactions") < paid + 20:
                pass
            assert await wipe(engine, lock_timeout=60)
        over.set()


async def test_wipe_leaves_a_newer_release_alone(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """It may have tables that this release does not know, and would be wiped by half."""
    await service.run()
    await run_sql(engine, "UPDATE alembic_version SET version_num = '9999'")
    before = await contents(engine)

    with pytest.raises(SchemaError, match="9999"):
        await wipe(engine)

    assert before == await contents(engine)


async def test_revert_takes_only_the_seed_back(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """Settings become NULL and the marker goes; profiles and rewards stay as they are."""
    await service.run()
    await populate(engine)
    before = await contents(engine)

    assert (await service.revert()).changes_something

    after = await contents(engine)
    assert {None} == {value for key, value in after["bot_config"][0].items() if key != "id"}
    assert [] == after["seed_marker"]
    for table in set(before) - {"bot_config", "seed_marker"}:
        assert before[table] == after[table]


async def test_start_after_a_revert(engine: AsyncEngine, service: BootstrapService) -> None:
    """The next start seeds again and takes the rewards' edits for edits."""
    await service.run()
    await populate(engine)
    await service.revert()

    report = await service.run()

    assert Outcome.SEEDED is report.outcome
    assert (9, 2) == (report.counts("config").created, report.counts("rewards").kept)
    assert Outcome.UP_TO_DATE is (await service.run()).outcome


@pytest.mark.unseeded
async def test_revert_of_nothing(engine: AsyncEngine, service: BootstrapService) -> None:
    """A database that was never seeded, or is reverted already, has nothing to revert."""
    assert not (await service.revert()).changes_something
    await service.run()
    assert (await service.revert()).changes_something
    assert not (await service.revert()).changes_something


def _keys(found: dict[str, list[dict[str, object]]]) -> dict[str, list[object]]:
    """Reduce contents to what does not depend on surrogate ids."""
    return {
        table: [
            row.get("key") or row.get("condition_type") or row.get("level_formula") for row in rows
        ]
        for table, rows in found.items()
    }
