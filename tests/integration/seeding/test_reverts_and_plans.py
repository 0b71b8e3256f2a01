"""Reverts and dry runs, and what they leave in the database."""

from typing import Any

import pytest
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.seeding import Outcome, Seed, SeededTable, Seeder, SeedError
from tests.support.seeds import SETTINGS, changed, create_tables, execute, query, seeded

metadata = MetaData()
accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
)
wallets = Table(
    "wallets",
    metadata,
    Column("id", ForeignKey(accounts.c.id), primary_key=True),
    Column("coins", Integer, nullable=False),
    Column("notes", JSON),
)
ADMINS = SeededTable("admins", accounts, key="login", fields=())
ROOT = Seed("access", 1, {"admins": {"root": {}}}, [ADMINS])


async def test_reverted_without_healing(engine: AsyncEngine) -> None:
    """After a revert nothing is known of earlier values, so that NULL is none of anybody's."""
    unhealed = [SeededTable("wallets", wallets, single=1, fields=("coins", "notes"), heal=False)]
    values = {"wallets": {"coins": 3, "notes": {"a": 1}}}
    await create_tables(engine, metadata, "INSERT INTO accounts (id, login) VALUES (1, 'a')")
    seeder = Seeder(engine, [Seed("wallets", 1, values, unhealed)])
    await seeder.run()
    await seeder.revert("wallets")

    report = await seeder.run()

    assert Outcome.SEEDED is report.outcome
    assert values == await seeder.export("wallets")


async def test_newer_seed_is_not_reverted(engine: AsyncEngine) -> None:
    """An older release leaves alone what it does not know."""
    await seeded(engine, SETTINGS)
    await Seeder(engine, [changed(SETTINGS.seed, 3)]).run()
    before = await query(engine, "SELECT * FROM seed_marker")

    with pytest.raises(SeedError, match=r"version 3 there, and this release brings 1"):
        await Seeder(engine, [SETTINGS.seed]).revert(SETTINGS.seed.name)

    assert before == await query(engine, "SELECT * FROM seed_marker")


async def test_plan_leaves_nothing_open(tmp_path: Any) -> None:
    """A dry run is rolled back on an engine that skips rollbacks, too."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{tmp_path}/a.db",
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_size=1,
        max_overflow=0,
    )
    await create_tables(engine, metadata)

    await Seeder(engine, [ROOT]).plan()
    await execute(engine, "INSERT INTO accounts (login) VALUES ('later')")

    assert [("later",)] == await query(engine, "SELECT login FROM accounts")
    await engine.dispose()
