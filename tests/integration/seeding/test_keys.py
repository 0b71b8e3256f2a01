"""Keys and references of every type that can be one, and names and texts with anything in them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

from bot.seeding import Children, Outcome, Seed, SeedDeclarationError, SeededTable, Seeder
from tests.support.seeds import Period, create_tables, execute, query

KEYS: dict[str, tuple[TypeEngine[Any], list[Any]]] = {
    "text": (Text(), ["it's", '100% :of \\ "all"']),
    "whole": (Integer(), [7, -1]),
    "big": (BigInteger(), [2**63 - 1, -5]),
    "member": (EnumType(Period, name="period"), ["MONTHLY", "YEARLY"]),
    "exact": (Numeric(8, 2), ["1.50", "-2"]),
    "day": (Date(), [date(2026, 1, 2), "1999-12-31"]),
    "moment": (
        DateTime(timezone=True),
        [datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00.5+02:00"],
    ),
    "local": (DateTime(), ["2026-01-02T03:04:05", "2026-01-02T03:04:05.000006"]),
    "hour": (Time(), ["12:30:00", "23:59:59.000001"]),
    "token": (Uuid(), [UUID(int=5), "0F5AB8D6-1F1C-4E5A-8A0E-6C1D6F0C0F00"]),
    "yes": (Boolean(), [True, False]),
}


@pytest.mark.parametrize(
    ("name", "double"),
    # A name in a manifest is a text, and no text is a truth value.
    [(name, double) for name in KEYS for double in (False, True) if double or name != "yes"],
)
async def test_key_of_every_type(engine: AsyncEngine, name: str, *, double: bool) -> None:
    """Rows are found by it again, also by those that refer to them."""
    kind, values = KEYS[name]
    metadata = MetaData()
    keyed = Table(
        "keyed",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("key", kind, nullable=False),
        Column("other", String(10), server_default="x"),
        Column("title", Text),
        UniqueConstraint("other", "key") if double else UniqueConstraint("key"),
    )
    linked = Table(
        "linked",
        metadata,
        Column("code", Text, primary_key=True),
        Column("keyed_id", ForeignKey(keyed.c.id)),
    )
    tables = (
        SeededTable("linked", linked, key="code", fields=("keyed_id",), refs={"keyed_id": "keyed"}),
        SeededTable("keyed", keyed, key=("key", "other") if double else "key", fields=("title",)),
    )
    labels = ["first", "second"] if double else [str(value) for value in values]
    both = [{"key": value, "other": "y"} if double else {} for value in values]
    seed = Seed(
        "keys",
        version=1,
        values={
            "keyed": {
                label: {"title": label, **fields}
                for label, fields in zip(labels, both, strict=True)
            },
            "linked": {"one": {"keyed_id": labels[1]}},
        },
        tables=tables,
    )
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [seed])

    await seeder.run()
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    await execute(engine, "DELETE FROM linked", "DELETE FROM keyed")
    await seeder.run()
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome

    assert [(labels[0],), (labels[1],)] == await query(
        engine, "SELECT title FROM keyed ORDER BY id"
    )
    assert [(labels[1],)] == await query(
        engine, "SELECT title FROM keyed WHERE id = (SELECT keyed_id FROM linked)"
    )


@pytest.mark.parametrize("kind", [JSON(), Interval(), LargeBinary(), Float()], ids=repr)
def test_type_that_is_no_key(kind: TypeEngine[Any]) -> None:
    """What has no text that everybody writes alike is refused as a key."""
    keyed = Table("keyed", MetaData(), Column("key", kind, primary_key=True))

    with pytest.raises(SeedDeclarationError, match=r"keyed\.key"):
        SeededTable("keyed", keyed, key="key", fields=())


ODD = 'order by "it\'s" 100% :x'


@pytest.fixture(params=["group", ODD])
def odd(request: pytest.FixtureRequest) -> Any:
    """Make tables and columns of names that have to be quoted."""
    name, metadata = request.param, MetaData()
    parents = Table(
        name,
        metadata,
        Column("select", Integer, primary_key=True),
        Column(name, String(60), nullable=False, unique=True),
        Column("a b", Text),
        Column("other one", ForeignKey(f"{name}.select")),
    )
    children = Table(
        "order",
        metadata,
        Column("from", ForeignKey(parents.c["select"]), primary_key=True),
        Column("the % of", Text, primary_key=True),
    )
    table = SeededTable(
        "user's % :section",
        parents,
        key=name,
        fields=("a b", "other one"),
        refs={"other one": "user's % :section"},
        children=Children("order", children, parent="from", columns=("the % of",)),
    )
    return metadata, table


async def test_odd_names_and_texts_are_ordinary(engine: AsyncEngine, odd: Any) -> None:
    """Reserved words, blanks, quotes and signs in any name or value work in every action."""
    metadata, table = odd
    text = 'it\'s "100%" %s %(x)s :y $1 ? \\ {z} ñ 💰\nend'
    values = {
        'it\'s % "one" :k \\': {"a b": text, "order": [text, "b"]},
        "two": {"a b": "x", "other one": 'it\'s % "one" :k \\'},
    }
    seed = Seed('the user\'s "100%" :seed', 1, {table.name: values}, tables=(table,))
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [seed])

    planned = await seeder.plan()
    done = await seeder.run()

    assert list(planned.pending()) == list(done.pending())
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    exported = await seeder.export(seed.name)
    assert text == exported[table.name]['it\'s % "one" :k \\']["a b"]
    edited = Seed(seed.name, 2, {table.name: {**values, "two": {"a b": text}}}, (table,))
    assert Outcome.UPGRADED is (await Seeder(engine, [edited]).run()).outcome
    quoted = engine.dialect.identifier_preparer.quote
    await execute(engine, f"UPDATE {quoted(table.table.name)} SET {quoted('a b')} = 'edit'")
    seeder = Seeder(engine, [edited])
    assert Outcome.TAKEN is (await seeder.take([f"{table.name}.two.a b"])).outcome
    assert [(text,)] == await query(
        engine,
        f"SELECT {quoted('a b')} FROM {quoted(table.table.name)}"
        f" WHERE {quoted(table.table.name)} = 'two'",
    )
    assert Outcome.REVERTED is (await seeder.revert(seed.name)).outcome


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_tables_of_a_schema(engine: AsyncEngine) -> None:
    """Tables may be in a schema that has to be named, next to others of the same name."""
    metadata = MetaData()
    places = [
        Table(
            "order",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("code", Text, nullable=False, unique=True),
            Column("title", Text),
            schema=schema,
        )
        for schema in ("public", "the shop's")
    ]
    tables = [
        SeededTable(str(place.schema), place, key="code", fields=("title",)) for place in places
    ]
    values = {table.name: {"a": {"title": table.name}} for table in tables}
    seeder = Seeder(engine, [Seed("places", 1, values, tables)])
    try:
        await execute(engine, 'CREATE SCHEMA "the shop\'s"')
        await create_tables(engine, metadata)
        await seeder.run()
        assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
        await execute(engine, 'INSERT INTO "the shop\'s"."order" (id, code) VALUES (2, \'b\')')

        report = await seeder.run()

        assert ["set the next id of the shop's.order behind its rows"] == list(report.pending())
        assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
        assert [("public",)] == await query(engine, 'SELECT title FROM public."order"')
    finally:
        await execute(engine, 'DROP SCHEMA "the shop\'s" CASCADE')
