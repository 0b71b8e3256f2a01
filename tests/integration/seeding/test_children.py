"""Children: one that another has, one that a trigger has made, and names that a parent has too."""

from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.seeding import Children, Outcome, Seed, SeededTable, Seeder
from tests.support.seeds import create_tables, execute, query

metadata = MetaData()
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_children_that_a_deleted_parent_left(database_url: str) -> None:
    """With foreign keys off they stay, and SQLite gives their parent's id to the healed row."""
    engine = create_async_engine(database_url)  # a stranger's: nothing has switched them on
    children = Children("members", members, parent="team_id", columns=("nick",))
    team = SeededTable("teams", teams, key="code", fields=(), children=children)
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("teams", 1, {"teams": {"x": {"members": ["ana"]}}}, [team])])
    await seeder.run()
    await execute(engine, "DELETE FROM teams")

    assert Outcome.HEALED is (await seeder.run()).outcome

    assert [("ana",)] == await query(engine, "SELECT nick FROM members")
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    await engine.dispose()


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
