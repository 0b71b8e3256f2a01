"""Others who write while a run looks and writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from bot.seeding import Outcome, Seeder, SeedError, SeedLocked
from tests.support.seeds import PLANS, ROLES, SETTINGS, execute, query, seeded
from tests.support.waiting import until, until_async

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UPDATE_PLAN = "UPDATE plans SET seats = 7 WHERE code = 'pro'"


@on_postgresql
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE roles SET title = 'Mine' WHERE code = 'reader'",
        "UPDATE admins SET mail = 'mine' WHERE login = 'root'",
        (
            "DELETE FROM role_permissions"
            " WHERE role_id = (SELECT id FROM roles WHERE code = 'editor')"
            " AND permission_id = (SELECT id FROM permissions WHERE code = 'write')"
        ),
    ],
)
async def test_run_waits_for_an_edit_under_way(engine: AsyncEngine, edit: str) -> None:
    """Between its look and its writing nobody edits a row, and an edit before it is kept."""
    await seeded(engine, ROLES)
    async with engine.connect() as admin:
        await admin.execute(text(edit))
        running = asyncio.create_task(Seeder(engine, [ROLES.newer]).run())
        await until_waiting(engine)
        await admin.commit()
        report = await running

    assert Outcome.UPGRADED is report.outcome
    assert 1 == len(report.seeds[0].kept())
    assert Outcome.UP_TO_DATE is (await Seeder(engine, [ROLES.newer]).run()).outcome


@on_postgresql
async def test_edit_waits_for_a_run_under_way(engine: AsyncEngine) -> None:
    """Whoever comes between look and writing waits, and edits what was written."""
    await seeded(engine, PLANS)
    async with before_writing(engine, "plans") as (writing, go_on):
        running = asyncio.create_task(Seeder(engine, [PLANS.newer]).run())
        await asyncio.wait_for(writing.wait(), 60)
        editing = asyncio.create_task(execute(engine, UPDATE_PLAN))
        await until_waiting(engine)
        go_on.set()
        await asyncio.gather(running, editing)

    assert [("pro", 7)] == await query(engine, "SELECT code, seats FROM plans WHERE code = 'pro'")


@on_postgresql
async def test_whoever_refers_to_a_row_does_not_wait(engine: AsyncEngine) -> None:
    """A live replica goes on inserting rows that refer to what is seeded."""
    await seeded(engine, PLANS)
    insert = "INSERT INTO offers (code, plan_id) SELECT 'mine', id FROM plans WHERE code = 'pro'"
    async with before_writing(engine, "offers") as (writing, go_on):
        running = asyncio.create_task(Seeder(engine, [PLANS.newer]).run())
        await asyncio.wait_for(writing.wait(), 60)
        await asyncio.wait_for(execute(engine, "SET lock_timeout = '5s'", insert), 60)
        go_on.set()
        await running

    assert [("mine",)] == await query(engine, "SELECT code FROM offers WHERE percent IS NULL")


@on_postgresql
async def test_row_that_somebody_inserts_meanwhile(engine: AsyncEngine) -> None:
    """Their values win where a settings row was missing, and nothing fails."""
    await seeded(engine, SETTINGS)
    await execute(engine, "DELETE FROM settings")
    insert = "INSERT INTO settings (id, greeting, mode) VALUES (1, 'theirs', 'theirs')"
    async with before_writing(engine, "settings") as (writing, go_on):
        running = asyncio.create_task(Seeder(engine, [SETTINGS.seed]).run())
        await asyncio.wait_for(writing.wait(), 60)
        await execute(engine, insert)
        go_on.set()
        await running

    assert [("theirs", 20, "theirs")] == await query(
        engine, "SELECT greeting, daily_limit, mode FROM settings"
    )


@on_postgresql
async def test_deadlock_is_tried_again(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """A run that PostgreSQL chooses as the victim does it all once more."""
    await seeded(engine, PLANS)
    caplog.set_level("INFO", "bot.seeding.lock")
    async with engine.connect() as replica, before_writing(engine, "plans") as (writing, go_on):
        await replica.execute(text("SET deadlock_timeout = '60s'"))  # so that it is the run's
        await replica.execute(text("LOCK TABLE offers IN SHARE ROW EXCLUSIVE MODE"))
        running = asyncio.create_task(Seeder(engine, [PLANS.newer]).run())
        await asyncio.wait_for(writing.wait(), 60)
        asyncio.get_running_loop().call_soon(go_on.set)
        await replica.execute(text(UPDATE_PLAN))  # ends when the run has given up its locks
        await replica.commit()
        report = await asyncio.wait_for(running, 60)

    assert ["the database was busy with somebody else; trying again"] == caplog.messages
    assert Outcome.UPGRADED is report.outcome
    assert {"plans.pro.seats": (7, 5)} == report.seeds[0].kept()


@on_postgresql
async def test_row_that_is_never_let_go(engine: AsyncEngine) -> None:
    """A run waits for as long as it was told, and says so."""
    await seeded(engine, PLANS)
    async with engine.connect() as admin:
        await admin.execute(text(UPDATE_PLAN))

        with pytest.raises(SeedLocked, match=r"0\.05 s"):
            await Seeder(engine, [PLANS.newer], lock_timeout=0.05).run()

    assert [(1,)] == await query(engine, "SELECT version FROM seed_marker")


@on_sqlite
async def test_writer_on_sqlite_is_waited_for(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """And its edit is kept; who holds the database for too long is named."""
    await seeded(engine, PLANS)
    caplog.set_level("INFO", "bot.seeding.lock")
    async with engine.connect() as admin:
        await admin.exec_driver_sql("BEGIN IMMEDIATE")
        await admin.exec_driver_sql(UPDATE_PLAN)
        with pytest.raises(SeedLocked):
            await Seeder(engine, [PLANS.newer], lock_timeout=0).run()
        running = asyncio.create_task(Seeder(engine, [PLANS.newer]).run())
        await until(lambda: caplog.messages)
        await admin.commit()
        report = await running

    assert {"plans.pro.seats": (7, 5)} == report.seeds[0].kept()


@on_sqlite
async def test_reader_on_sqlite_is_waited_for(engine: AsyncEngine) -> None:
    """In SQLite's own journal mode nobody commits beside a reader; the run is done once he goes."""
    await seeded(engine, PLANS)
    async with engine.connect() as reader:
        await reader.exec_driver_sql("BEGIN")
        await reader.exec_driver_sql("SELECT * FROM plans")
        committing = asyncio.Event()
        event.listen(engine.sync_engine, "commit", lambda _: committing.set())
        running = asyncio.create_task(Seeder(engine, [PLANS.newer]).run())
        await asyncio.wait_for(committing.wait(), 60)
        await asyncio.sleep(0.01)  # for its thread to come to the file
        assert not running.done()
        await reader.rollback()
        report = await running

    assert Outcome.UPGRADED is report.outcome


@on_sqlite
async def test_reader_that_never_goes(engine: AsyncEngine) -> None:
    """The run gives up after the time it was told, and has changed nothing."""
    await seeded(engine, PLANS)
    async with engine.connect() as reader:
        await reader.exec_driver_sql("BEGIN")
        await reader.exec_driver_sql("SELECT * FROM plans")

        with pytest.raises(SeedLocked, match=r"0\.2 s"):
            await Seeder(engine, [PLANS.newer], lock_timeout=0.2).run()

    assert [(1,)] == await query(engine, "SELECT version FROM seed_marker")


@on_sqlite
async def test_connections_are_as_they_were(engine: AsyncEngine) -> None:
    """A pool gets its connections back with the patience that their owner gave them."""
    seeder = await seeded(engine, PLANS)
    await seeder.plan()

    assert [(5000,)] == await query(engine, "PRAGMA busy_timeout")


async def test_failure_leaves_a_database_in_memory() -> None:
    """Its one connection is what keeps it, and goes on."""
    engine = create_async_engine("sqlite+aiosqlite://")
    seeder = await seeded(engine, PLANS)
    await execute(engine, "UPDATE seed_marker SET version = 'two'")

    with pytest.raises(SeedError, match="damaged"):
        await seeder.plan()

    assert [("basic",), ("pro",)] == await query(engine, "SELECT code FROM plans ORDER BY 1")
    assert [(5000,)] == await query(engine, "PRAGMA busy_timeout")
    await engine.dispose()


@asynccontextmanager
async def before_writing(
    engine: AsyncEngine, table: str
) -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """Stop the first statement that writes into a table: when it is there, until it may go on."""
    there, go_on = asyncio.Event(), asyncio.Event()
    starts = (f"UPDATE {table}", f"INSERT INTO {table}")

    def listen(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        if sql.startswith(starts) and "$1" in sql and not there.is_set():
            there.set()
            await_only(go_on.wait())

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        yield there, go_on
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)


async def until_waiting(engine: AsyncEngine) -> None:
    """Wait until somebody waits for a lock in this database."""

    async def waiting() -> bool:
        found = await query(
            engine,
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        return bool(found)

    await until_async(waiting)
