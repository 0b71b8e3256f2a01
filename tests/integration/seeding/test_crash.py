"""SIGKILL at every statement over the roles, each followed by a run."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.seeding import Outcome, Seeder
from tests.support.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.support.seeds import ROLES, contents, create_tables, execute, query
from tests.support.stepping import SteppedSeeder

#: The fewest statements that it could have; fewer means that we no longer see them.
FEWEST = 20


@pytest.fixture
def databases(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Databases:
    """Make throw-away databases on one engine."""
    if kind == "sqlite":
        return SqliteDatabases(tmp_path)
    return PostgresqlDatabases(request.getfixturevalue("postgresql"))


@pytest.fixture
async def template(databases: Databases, situation: str) -> AsyncIterator[str]:
    """Give a database that was never seeded, or an older one that admins have worked in."""
    async with databases.fresh() as url:
        async with opened(url) as engine:
            await create_tables(engine, ROLES.metadata)
            if situation == "edited":
                await Seeder(engine, [ROLES.seed]).run()
                await execute(engine, *ROLES.edits, "DELETE FROM menu_entries")
        yield url


# A new database on PostgreSQL differs by the two tables alone, which its transactions include.
@pytest.mark.parametrize(
    ("kind", "situation"), [("sqlite", "new"), ("sqlite", "edited"), ("postgresql", "edited")]
)
async def test_sigkill_at_every_statement(databases: Databases, template: str) -> None:
    """Whatever statement is the last, a run finds all or nothing and completes."""
    before, complete, statements = await undisturbed(databases, template)
    # The next process runs up to its statement while we look at what the last one left.
    running, looking = asyncio.Semaphore(2), asyncio.Lock()

    async def kill_and_run(number: int, statement: str) -> None:
        committed = "COMMIT" in statements[: number - 1]
        async with running, databases.fresh(copy_of=template) as url:
            with SteppedSeeder(driver_url(url), "roles") as seeder:
                assert statement == await seeder.run_up_to(number)
                assert -signal.SIGKILL == seeder.kill(), statement
            async with looking, opened(url) as engine:
                assert (complete if committed else before) == await found(engine), statement
                report = await Seeder(engine, [ROLES.newer]).run()
                assert committed == (Outcome.UP_TO_DATE is report.outcome), statement
                assert complete == await found(engine), statement

    async with asyncio.TaskGroup() as tasks:
        for number, statement in enumerate(statements, start=1):
            tasks.create_task(kill_and_run(number, statement))


async def undisturbed(databases: Databases, template: str) -> tuple[Any, Any, list[str]]:
    """Return the content before and after a run that nobody kills, and its statements."""
    async with databases.fresh(copy_of=template) as url, opened(url) as engine:
        before = await found(engine)
        with SteppedSeeder(driver_url(url), "roles") as seeder:
            statements = [statement async for statement in seeder]
        complete = await found(engine)
    assert before != complete
    assert FEWEST < len(statements)
    assert 1 == statements.count("COMMIT")
    return before, complete, statements


async def found(engine: AsyncEngine) -> Any:
    """Return all rows, and what marker and history say but for the time."""
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    ours = [
        await query(engine, sql)
        for table, sql in {
            "seed_marker": "SELECT seed, version, fingerprint FROM seed_marker",
            "seed_runs": "SELECT seed, outcome, version_before, version_after FROM seed_runs",
        }.items()
        if table in tables
    ]
    return await contents(engine, ROLES.metadata), ours


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """Open a database as somebody who has never heard of us does."""
    engine = create_async_engine(driver_url(url))
    try:
        yield engine
    finally:
        await engine.dispose()


def driver_url(url: str) -> str:
    """Name the driver in the URL of a database."""
    made = make_url(url)
    if made.get_backend_name() == "postgresql":
        made = made.set(drivername="postgresql+asyncpg")
    return made.render_as_string(hide_password=False)
