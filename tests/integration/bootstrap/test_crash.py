"""SIGKILL of a real process at every statement of the bootstrap, each followed by a start."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.transaction import exclusive_transaction
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding import Outcome, Report
from tests.support.database import Contents, add_users, contents, run_sql
from tests.support.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.support.stepping import SteppedBootstrap

USERS = 50
#: The fewest statements that a bootstrap could have; fewer means that we no longer see them.
FEWEST = 15
#: Seconds after which a lock counts as held for good.
LONG = 60
#: How statements begin that change nothing, but the one that takes the lock.
READING = ("SELECT", "PRAGMA")
#: How those begin that define tables, and count the migrations.
DEFINING = ("CREATE", "ALTER", "DROP", "UPDATE alembic_version")


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """Make throw-away databases on each engine."""
    if request.param == "sqlite":
        return SqliteDatabases(tmp_path)
    return PostgresqlDatabases(request.getfixturevalue("postgresql"))


@pytest.fixture(params=["empty", "damaged"])
async def template(
    request: pytest.FixtureRequest, databases: Databases, manifest: Manifest
) -> AsyncIterator[str]:
    """Give an empty database, and a lived-in one with an admin's edit that lacks a few rows."""
    async with databases.fresh() as url:
        if request.param == "damaged":
            async with opened(url) as engine:
                await start(engine, manifest)
                await add_users(engine, *range(1, USERS + 1))
                await run_sql(
                    engine,
                    "UPDATE bot_config SET besitos_daily_gift = 77, besitos_daily_base = NULL",
                    "DELETE FROM reward_conditions WHERE reward_id = 2",
                    "DELETE FROM rewards WHERE id = 2",
                )
        yield url


async def test_sigkill_at_every_statement(
    databases: Databases, template: str, manifest: Manifest
) -> None:
    """Whatever statement is the last, a start finds all or nothing and completes.

    Of those that only read or define tables one of each kind is enough. Where nothing is left and
    nobody holds the lock, all starts are one: each kind of statement has its.
    """
    before, complete, statements = await undisturbed(databases, template, manifest)
    first = {
        kind_of(statement): number for number, statement in reversed([*enumerate(statements, 1)])
    }
    writing = iter(
        (number, statement)
        for number, statement in enumerate(statements, 1)
        if leaves_something_new(statement) or first[kind_of(statement)] == number
    )
    # The next process runs up to its statement while we look at what the last one left.
    looking = asyncio.Lock()

    async def kill_and_look(number: int, statement: str, url: str) -> bool:
        """Return whether the database is complete now; else it is as it was."""
        committed = "COMMIT" in statements[: number - 1]
        exit_code = await kill_at(number, statement, url)
        assert -signal.SIGKILL == exit_code, statement
        async with looking, opened(url) as engine:
            left = await contents(engine)
            assert (complete if committed else before) == comparable(left), statement
            # A server may take a moment to see that its client is gone.
            async with exclusive_transaction(engine, LONG):
                pass
            starts = committed or number == first[kind_of(statement)]
            if starts:
                report = await start(engine, manifest)
                assert committed == (Outcome.UP_TO_DATE is report.outcome), statement
                assert complete == comparable(await contents(engine)), statement
            return starts

    async def kill_in_turn() -> None:
        is_complete = True
        while is_complete:
            async with databases.fresh(copy_of=template) as url:
                is_complete = False
                for number, statement in writing:
                    if is_complete := await kill_and_look(number, statement, url):
                        break

    async with asyncio.TaskGroup() as tasks:
        for _ in range(2):
            tasks.create_task(kill_in_turn())


async def test_nothing_in_between_is_visible(
    databases: Databases, template: str, manifest: Manifest
) -> None:
    """Another connection sees nothing of the bootstrap at any statement, then all of it."""
    before, complete, _ = await undisturbed(databases, template, manifest)

    async with databases.fresh(copy_of=template) as url, opened(url) as engine:
        committed = False
        with SteppedBootstrap(url) as bootstrap:
            async for statement in bootstrap:
                expected = complete if committed else before
                assert expected == comparable(await contents(engine)), statement
                committed = committed or statement == "COMMIT"

        assert complete == comparable(await contents(engine))


async def undisturbed(
    databases: Databases, template: str, manifest: Manifest
) -> tuple[Contents, Contents, list[str]]:
    """Return the content before and after a bootstrap that nobody kills, and its statements."""
    async with databases.fresh(copy_of=template) as url, opened(url) as engine:
        before = comparable(await contents(engine))
        with SteppedBootstrap(url) as bootstrap:
            statements = [statement async for statement in bootstrap]
        complete = comparable(await contents(engine))
        assert Outcome.UP_TO_DATE is (await start(engine, manifest)).outcome
    assert before != complete
    assert FEWEST < len(statements)
    assert 1 == statements.count("COMMIT")
    return before, complete, statements


def leaves_something_new(statement: str) -> bool:
    """Return whether to look at what a statement leaves each time that there is one like it."""
    return "advisory" in statement or not statement.startswith((*READING, *DEFINING))


def kind_of(statement: str) -> str:
    """Return the words that say what a statement does, `CREATE TABLE` and the like."""
    return " ".join(statement.split()[:2])


async def kill_at(number: int, statement: str, url: str) -> int:
    """Bootstrap in another process up to the given statement; return how it ended."""
    with SteppedBootstrap(url) as bootstrap:
        assert statement == await bootstrap.run_up_to(number)
        return bootstrap.kill()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """Open a database."""
    engine = create_engine(parse_database_url(url))
    try:
        yield engine
    finally:
        await engine.dispose()


async def start(engine: AsyncEngine, manifest: Manifest) -> Report:
    """Bootstrap as a start of the bot does."""
    return await BootstrapService(engine, manifest).run()


def comparable(found: Contents) -> Contents:
    """Name rewards by key: PostgreSQL does not give back numbers that a rollback has taken."""
    keys = {reward["id"]: reward["key"] for reward in found.get("rewards", [])}
    renamed = {
        table: [
            {
                name: keys[value] if name == "reward_id" else value
                for name, value in row.items()
                if name != "id" or table == "bot_config"
            }
            for row in rows
        ]
        for table, rows in found.items()
    }
    return {table: sorted(rows, key=repr) for table, rows in renamed.items()}
