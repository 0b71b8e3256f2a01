"""One run makes a database whole, whatever of the seeds leads to what: the next one is idle."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.seeding import (
    Backfill,
    Children,
    Outcome,
    Seed,
    SeedDeclarationError,
    SeededTable,
    Seeder,
    SeedError,
)
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
badges = Table(
    "badges",
    metadata,
    Column("id", ForeignKey(wallets.c.id), primary_key=True),
)
product_types = Table(
    "product_types",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
)
tag_types = Table(
    "tag_types",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
)
products = Table(
    "products",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("type_id", ForeignKey(product_types.c.id)),
)
tags = Table(
    "tags",
    metadata,
    Column("product_id", ForeignKey(products.c.id), primary_key=True),
    Column("type_id", ForeignKey(tag_types.c.id), primary_key=True),
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
teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
)
members = Table(
    "members",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("team_id", ForeignKey(teams.c.id), nullable=False),
    Column("nick", Text, nullable=False, unique=True),
)
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("until", Date),
    Column("at", DateTime),
    Column("moment", DateTime(timezone=True)),
    Column("extra", JSON),
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


async def test_member_of_another(engine: AsyncEngine) -> None:
    """A child that only one parent can have, and another has, is an error and not a silence."""
    await create_tables(
        engine,
        metadata,
        "INSERT INTO teams (id, code) VALUES (1, 'mine')",
        "INSERT INTO members (id, team_id, nick) VALUES (1, 1, 'ana')",
    )
    children = Children("members", members, parent="team_id", columns=("nick",))
    team = SeededTable("teams", teams, key="code", fields=(), children=children)
    seed = Seed("teams", 1, {"teams": {"x": {"members": ["ana"]}}}, [team])

    with pytest.raises(IntegrityError, match=r"nick"):
        await Seeder(engine, [seed]).run()

    assert [("mine",)] == await query(engine, "SELECT code FROM teams")


async def test_one_name_of_two_references(engine: AsyncEngine) -> None:
    """Columns called alike, of a table and of its children, refer to sections of their own."""
    values: dict[str, Any] = {
        "product_types": {"z": {}, "a": {}},
        "tag_types": {"x": {}, "y": {}},
        "products": {"tea": {"type_id": "a", "tags": ["y"]}},
    }
    tables = [
        SeededTable("product_types", product_types, key="code", fields=()),
        SeededTable("tag_types", tag_types, key="code", fields=()),
        SeededTable(
            "products",
            products,
            key="code",
            fields=("type_id",),
            refs={"type_id": "product_types"},
            children=Children(
                "tags",
                tags,
                parent="product_id",
                columns=("type_id",),
                refs={"type_id": "tag_types"},
            ),
        ),
    ]
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("shop", 1, values, tables)])

    await seeder.run()

    named = (
        "SELECT product_types.code, tag_types.code FROM products"
        " JOIN product_types ON product_types.id = products.type_id"
        " JOIN tags ON product_id = products.id JOIN tag_types ON tag_types.id = tags.type_id"
    )
    assert [("a", "y")] == await query(engine, named)
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    assert values == await seeder.export("shop")


@pytest.mark.parametrize("end", ["min", "max"])
async def test_ends_of_time(engine: AsyncEngine, end: str) -> None:
    """The first and the last day there is, which drivers write as infinity, are like any others."""
    fields = {
        "until": getattr(date, end),
        "at": getattr(datetime, end),
        "moment": getattr(datetime, end).replace(tzinfo=UTC),
        "extra": None,
    }
    table = SeededTable("events", events, key="code", fields=tuple(fields))
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("events", 1, {"events": {"open": fields}}, [table])])

    await seeder.run()

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    assert str(getattr(date, end)) == (await seeder.export("events"))["events"]["open"]["until"]


async def test_member_that_a_trigger_has_made(engine: AsyncEngine) -> None:
    """A child that is there by the time that it is inserted is no failure."""
    if engine.dialect.name == "sqlite":
        insert = "INSERT INTO tags SELECT new.id, id FROM tag_types"
        trigger = [f"CREATE TRIGGER tagged AFTER INSERT ON products BEGIN {insert}; END"]
    else:
        body = "BEGIN INSERT INTO tags SELECT new.id, id FROM tag_types; RETURN new; END"
        trigger = [
            f"CREATE FUNCTION tag() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            "CREATE TRIGGER tagged AFTER INSERT ON products FOR EACH ROW EXECUTE FUNCTION tag()",
        ]
    await create_tables(engine, metadata)
    await execute(engine, *trigger)
    children = Children(
        "tags", tags, parent="product_id", columns=("type_id",), refs={"type_id": "tag_types"}
    )
    tables = [
        SeededTable("tag_types", tag_types, key="code", fields=()),
        SeededTable("products", products, key="code", fields=(), children=children),
    ]
    values = {"tag_types": {"x": {}}, "products": {"tea": {"tags": ["x"]}}}
    seeder = Seeder(engine, [Seed("shop", 1, values, tables)])

    await seeder.run()

    assert [(1,)] == await query(engine, "SELECT count(*) FROM tags")
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_json_null_is_refused() -> None:
    """SQLAlchemy's own word for it is an integer to Python; None is what is meant."""
    table = SeededTable("events", events, key="code", fields=("extra",))

    with pytest.raises(SeedDeclarationError, match="extra"):
        Seed("events", 1, {"events": {"open": {"extra": JSON.NULL}}}, [table])


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


def test_made_by_the_database() -> None:
    """Columns that take no value, and children of a parent that may have no number, are refused."""
    made = Table(
        "made",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("code", Text, unique=True),
        Column("loud", Text, Computed("upper(code)")),
    )
    kid = Table(
        "kid",
        made.metadata,
        Column("made_code", ForeignKey(made.c.code)),
        Column("x", Text, primary_key=True),
    )

    with pytest.raises(SeedDeclarationError, match=r"made\.loud is made by the database"):
        SeededTable("made", made, key="code", fields=("loud",))
    children = Children("kids", kid, parent="made_code", columns=("x",))
    with pytest.raises(SeedDeclarationError, match=r"made\.code, which may be NULL"):
        SeededTable("made", made, key="id", fields=("code",), children=children)
