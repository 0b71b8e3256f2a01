"""`alembic` on its own command line ends where the bot's own start and revert end."""

import asyncio

from sqlalchemy import text

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding.report import Outcome
from tests.support.database import TIMES, Contents, contents
from tests.support.databases import Databases
from tests.support.populated import populate
from tests.support.programs import ROOT, run

#: Tables that no migration after the first has changed.
TABLES = [
    "users",
    "user_gamification_profiles",
    "bot_config",
    "seed_marker",
    "rewards",
    "reward_conditions",
    "transactions",
    "user_streaks",
    "user_reactions",
]


async def test_upgrade_is_a_start(databases: Databases, manifest: Manifest) -> None:
    """`alembic upgrade head` leaves what a start leaves, and the start after it nothing to do."""
    async with databases.fresh() as by_alembic, databases.fresh() as by_bot:
        await alembic(by_alembic, "upgrade", "head")
        await start(by_bot, manifest)

        assert await look(by_bot) == await look(by_alembic)
        assert Outcome.UP_TO_DATE is await start(by_alembic, manifest)


async def test_downgrade_is_a_revert(databases: Databases, manifest: Manifest) -> None:
    """`alembic downgrade 0001` takes out what `seed revert` does, and everybody's data stays."""
    async with databases.fresh() as by_alembic, databases.fresh() as by_bot:
        for url in (by_alembic, by_bot):
            await start(url, manifest)
            engine = create_engine(parse_database_url(url))
            await populate(engine)
            await engine.dispose()

        await alembic(by_alembic, "downgrade", "0001")
        await revert(by_bot)

        downgraded, reverted = await rows(by_alembic), await rows(by_bot)
        # Without tables and columns of later revisions, of which the downgrade knows nothing.
        reverted = {
            table: [{name: row[name] for name in found[0]} for row in reverted[table]]
            if found
            else reverted[table]
            for table, found in downgraded.items()
        }
        assert reverted == downgraded
        assert [] == downgraded["seed_marker"]
        assert {None} == set(downgraded["bot_config"][0].values()) - {1}


async def alembic(url: str, *arguments: str) -> None:
    """Run Alembic's command line where its ini file is."""
    ended = await asyncio.to_thread(
        run, ["-m", "alembic", *arguments], ROOT, DATABASE_URL=url, LOG_LEVEL="WARNING"
    )
    assert (0, "") == (ended.exit_code, ended.stdout), ended.stderr


async def start(url: str, manifest: Manifest) -> Outcome:
    """Bootstrap as a start of the bot does."""
    engine = create_engine(parse_database_url(url))
    try:
        return (await BootstrapService(engine, manifest).run()).outcome
    finally:
        await engine.dispose()


async def revert(url: str) -> None:
    """Do what `seed revert` does."""
    engine = create_engine(parse_database_url(url))
    try:
        assert (await BootstrapService(engine, load_manifest()).revert()).changes_something
    finally:
        await engine.dispose()


async def rows(url: str) -> Contents:
    """Return what both schemas have, the old one and the one at head."""
    engine = create_engine(parse_database_url(url))
    try:
        async with engine.connect() as connection:
            found = {
                table: (await connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))).all()
                for table in TABLES
            }
    finally:
        await engine.dispose()
    return {
        table: [
            {name: value for name, value in row._asdict().items() if name not in TIMES}
            for row in each
        ]
        for table, each in found.items()
    }


async def look(url: str) -> Contents:
    """Return all that a database holds."""
    engine = create_engine(parse_database_url(url))
    try:
        return await contents(engine)
    finally:
        await engine.dispose()
