"""Backfills of rows that seeds bring: one run makes the database whole, and the next is idle."""

from typing import Any

import pytest
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Backfill, Outcome, Seed, SeededTable, Seeder
from tests.support.seeds import create_tables, execute, query

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
badges = Table(
    "badges",
    metadata,
    Column("id", ForeignKey(wallets.c.id), primary_key=True),
)
gifts = Table(
    "gifts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("wallet_id", ForeignKey(wallets.c.id)),
)
loose = Table(
    "loose",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, unique=True),
    Column("owner", ForeignKey(accounts.c.id), unique=True),
)
ADMINS = SeededTable("admins", accounts, key="login", fields=())
WALLETS = Backfill("wallets", wallets, parent=accounts, defaults={"coins": 5, "notes": None})
BADGES = Backfill("badges", badges, parent=wallets, defaults={})
ROOT = Seed("access", 1, {"admins": {"root": {}}}, [ADMINS])


@pytest.mark.parametrize(
    "seeds",
    [
        [Seed("shop", 1, {"admins": {"root": {}}}, [ADMINS], [WALLETS, BADGES])],
        [Seed("shop", 1, {"admins": {"root": {}}}, [ADMINS], [BADGES, WALLETS])],
        [Seed("shop", 1, {}, [], [WALLETS, BADGES]), ROOT],
        [Seed("badges", 1, {}, [], [BADGES]), Seed("shop", 1, {}, [], [WALLETS]), ROOT],
    ],
    ids=["one seed", "the last first", "another seed's rows", "from seed to seed"],
)
async def test_backfill_of_what_is_seeded(engine: AsyncEngine, seeds: list[Seed]) -> None:
    """What a section or a backfill inserts is a parent in the same run; plan and look say so."""
    await create_tables(engine, metadata, "INSERT INTO accounts (id, login) VALUES (7, 'old')")
    seeder = Seeder(engine, seeds)

    looked, planned = await seeder.inspect(), await seeder.plan()
    report = await seeder.run()
    keys = {one.name: one.keys for seed in planned.seeds for one in seed.backfills}

    assert [2, 2, 2] == [one.counts("wallets").created for one in (looked, planned, report)]
    assert (2, 0) == (report.counts("badges").created, report.counts("badges").kept)
    assert [[7, 8], [7, 8]] == [sorted(keys[name] or ()) for name in ("wallets", "badges")]
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    assert [(2,)] == await query(engine, "SELECT count(*) FROM badges")
    assert [(2,)] == await query(engine, "SELECT count(*) FROM wallets WHERE notes IS NULL")


async def test_rows_that_bring_their_own(engine: AsyncEngine) -> None:
    """A row that a section gives to a newcomer, or to a child, is none that a backfill makes."""
    values: dict[str, Any] = {"admins": {"7": {}}, "special": {"7": {"coins": 9}}}
    special = SeededTable("special", wallets, key="id", fields=("coins",))
    admins = SeededTable("admins", accounts, key="id", fields=(), initial={"login": str})
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("shop", 1, values, [admins, special], [WALLETS])])

    looked, planned = await seeder.inspect(), await seeder.plan()
    report = await seeder.run()

    assert [0, 0, 0] == [one.counts("wallets").created for one in (looked, planned, report)]
    assert [(7, 9)] == await query(engine, "SELECT id, coins FROM wallets")
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_row_of_a_later_seed(engine: AsyncEngine) -> None:
    """A row that another seed gives to the backfilled table comes before the backfill's own."""
    await create_tables(
        engine, metadata, "INSERT INTO accounts (id, login) VALUES (7, 'vip'), (8, 'plain')"
    )
    special = SeededTable("special", wallets, key="id", fields=("coins",))
    seeds = [
        Seed("shop", 1, {}, [], [WALLETS]),
        Seed("vip", 1, {"special": {"7": {"coins": 9}}}, [special]),
    ]

    looked, planned = [await Seeder(engine, seeds).inspect(), await Seeder(engine, seeds).plan()]
    report = await Seeder(engine, seeds).run()

    assert [1, 1, 1] == [one.counts("wallets").created for one in (looked, planned, report)]
    assert [(7, 9), (8, 5)] == await query(engine, "SELECT id, coins FROM wallets ORDER BY id")
    assert Outcome.UP_TO_DATE is (await Seeder(engine, seeds).run()).outcome


async def test_rows_of_nobody(engine: AsyncEngine) -> None:
    """Seeded rows without an owner are none of those that a backfill owes to its parents."""
    await create_tables(engine, metadata, "INSERT INTO accounts (id, login) VALUES (7, 'old')")
    codes = SeededTable("codes", loose, key="code", fields=())
    owned = SeededTable("owned", loose, key="code", fields=("owner",))
    fill = Backfill("loose", loose, parent=accounts, key="owner", defaults={"code": None})
    for section in (codes, owned):
        values: dict[str, Any] = {section.name: {"a": {}, "b": {}}}
        seeder = Seeder(engine, [Seed(section.name, 1, values, [section], [fill])])
        await execute(engine, "DELETE FROM loose")

        await seeder.run()

        assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
        assert [(7,)] == await query(engine, "SELECT owner FROM loose WHERE owner IS NOT NULL")


async def test_row_that_refers_to_a_backfilled_one(engine: AsyncEngine) -> None:
    """What one seed's backfill makes is there for the rows of the next."""
    await create_tables(engine, metadata, "INSERT INTO accounts (id, login) VALUES (7, 'old')")
    gift = SeededTable("gifts", gifts, key="code", fields=("wallet_id",))
    seeds = [
        Seed("shop", 1, {}, [], [WALLETS]),
        Seed("gifts", 1, {"gifts": {"first": {"wallet_id": 7}}}, [gift]),
    ]

    await Seeder(engine, seeds).run()

    assert Outcome.UP_TO_DATE is (await Seeder(engine, seeds).run()).outcome
