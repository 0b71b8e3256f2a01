"""Distrust of what SQL wrote: a value that its column cannot hold counts as missing."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    JSON,
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
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Children, Outcome, Seed, SeededTable, Seeder, SeedError
from tests.support.seeds import Period, create_tables, execute, query

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("amount", Integer),
    Column("small", SmallInteger),
    Column("is_open", Boolean),
    Column("ratio", Float),
    Column("price", Numeric(6, 2)),
    Column("day", Date),
    Column("hour", Time),
    Column("moment", DateTime(timezone=True)),
    Column("span", Interval),
    Column("token", Uuid),
    Column("period", EnumType(Period)),
    Column("limits", JSON),
    Column("blob", LargeBinary),
    Column("short", String(5)),
)
parts = Table(
    "parts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("thing", ForeignKey(things.c.code), nullable=False),
    Column("name", Text),
    Column("weight", Integer),
    UniqueConstraint("thing", "name", "weight"),
)
DEFAULTS: dict[str, Any] = {
    "amount": 5,
    "small": 1,
    "is_open": True,
    "ratio": 0.5,
    "price": "1.50",
    "day": "2026-01-02",
    "hour": "12:30:00",
    "moment": "2026-01-02T03:04:05+00:00",
    "span": 60,
    "token": "0f5ab8d6-1f1c-4e5a-8a0e-6c1d6f0c0f00",
    "period": "MONTHLY",
    "limits": {"seats": 1},
    "blob": "cafe",
    "short": "abc",
}


def accepted(name: str, value: Any) -> bool:
    """Say what counts at all."""
    return not (name == "amount" and value > 100) and not (name == "parts" and len(value) > 2)


SEED = Seed(
    "distrust",
    1,
    {"things": {"one": {**DEFAULTS, "parts": [["bolt", 2], ["nut", 1]]}}},
    [
        SeededTable(
            "things",
            things,
            key="code",
            fields=tuple(DEFAULTS),
            children=Children("parts", parts, parent="thing", columns=("name", "weight")),
            accepts=accepted,
        )
    ],
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("column", "written", "shown"),
    [
        ("amount", "'cinco'", "'cinco'"),
        ("amount", "2.5", "2.5"),
        ("amount", "3000000000", "3000000000"),
        ("amount", "x'00ff'", "b'\\x00\\xff'"),
        ("amount", "101", "101"),
        ("small", "32768", "32768"),
        ("is_open", "'false'", "'false'"),
        ("is_open", "2", "2"),
        ("ratio", "'half'", "'half'"),
        ("ratio", "9e999", "inf"),
        ("price", "'a lot'", "'a lot'"),
        ("price", "'1_5'", "'1_5'"),
        ("price", "10000", "10000"),
        ("day", "'tomorrow'", "'tomorrow'"),
        ("day", "20260102", "20260102"),
        ("day", "'2026-01-02 03:04:05'", "'2026-01-02 03:04:05'"),
        ("hour", "'noon'", "'noon'"),
        ("moment", "'soon'", "'soon'"),
        ("moment", "1767323045", "1767323045"),
        ("span", "60", "60"),
        ("span", "'a minute'", "'a minute'"),
        ("token", "'nobody'", "'nobody'"),
        ("period", "'WEEKLY'", "'WEEKLY'"),
        ("period", "'m'", "'m'"),
        ("limits", "'{seats: 1}'", "'{seats: 1}'"),
        ("limits", "x'7b7d'", "b'{}'"),
        ("blob", "'cafe'", "'cafe'"),
        ("short", "'abcdefgh'", "'abcdefgh'"),
        ("short", "x'61'", "b'a'"),
        ("short", "'ab' || char(0)", "'ab\\x00'"),
    ],
)
async def test_value_of_another_type(
    engine: AsyncEngine, column: str, written: str, shown: str
) -> None:
    """It is named by status, plan, run and history, and the default is put right."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [SEED])
    await seeder.run()
    before = await everything(engine)
    await execute(engine, f"UPDATE things SET {column} = {written}")

    looked, planned, done = await seeder.inspect(), await seeder.plan(), await seeder.run()

    sentence = (
        f"things.{column} of things.one held {shown}, which cannot be; the default stands for it."
    )
    for report in (looked, planned, done):
        assert [sentence] == list(report.seeds[0].bad())
        assert [f"update things.one ({column})"] == list(report.pending())
        assert {column: shown} == report.rows[0].as_json()["bad"]
    assert Outcome.HEALED is done.outcome
    assert before == await everything(engine)
    newest, _ = await seeder.history()
    assert [sentence] == newest.notes
    expected = SEED.canonical["things"]["one"][column]
    assert [{"name": f"things.one.{column}", "before": shown, "after": expected}] == newest.changes


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bad_value_is_no_edit_at_an_upgrade_and_none_to_export(engine: AsyncEngine) -> None:
    """The new default replaces it; an export names the row that it cannot express."""
    await create_tables(engine, metadata)
    await Seeder(engine, [SEED]).run()
    await execute(engine, "UPDATE things SET amount = 'cinco', small = 7")
    fields = {**DEFAULTS, "amount": 6, "small": 2}
    newer = Seeder(engine, [Seed("distrust", 2, {"things": {"one": fields}}, SEED.tables)])

    with pytest.raises(SeedError, match=r"row one of things .*'cinco' .*amount"):
        await newer.export("distrust")
    report = await newer.run()

    assert [(6, 7)] == await query(engine, "SELECT amount, small FROM things")
    assert {"things.one.small": (7, 2)} == report.seeds[0].kept()


@pytest.mark.parametrize("amount", [101, 100, -7])
async def test_bounds_of_the_manifest(engine: AsyncEngine, amount: int) -> None:
    """On either engine, a value that is not accepted counts as missing; any other is an edit."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [SEED])
    await seeder.run()
    await execute(engine, f"UPDATE things SET amount = {amount}")

    report = await seeder.run()

    assert [(5 if amount > 100 else amount,)] == await query(engine, "SELECT amount FROM things")
    assert (amount > 100) == report.changes_something


async def test_children_that_are_not_accepted(engine: AsyncEngine) -> None:
    """They are one value: the default replaces them all, and history keeps what was there."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [SEED])
    await seeder.run()
    await execute(engine, "INSERT INTO parts (thing, name, weight) VALUES ('one', 'cog', 9)")

    report = await seeder.run()

    assert [("bolt", 2), ("nut", 1)] == await query(
        engine, "SELECT name, weight FROM parts ORDER BY 1"
    )
    assert ["update things.one (parts)"] == list(report.pending())
    ((sentence,),) = [run.notes for run in (await seeder.history())[:1]]
    assert "['cog', 9]" in sentence
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["'nut'", "NULL"])
async def test_child_of_another_type(engine: AsyncEngine, name: str) -> None:
    """One broken child costs its parent's children, and nothing else."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [SEED])
    await seeder.run()
    await execute(engine, f"UPDATE parts SET weight = 'cien', name = {name} WHERE name = 'nut'")

    report = await seeder.run()

    assert [("bolt", 2), ("nut", 1)] == await query(
        engine, "SELECT name, weight FROM parts ORDER BY 1"
    )
    assert ["update things.one (parts)"] == list(report.pending())
    assert any("cien" in sentence for sentence in report.seeds[0].bad())
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_broken_child_of_those_merged_one_by_one(engine: AsyncEngine) -> None:
    """It costs its parent's children, too, and those that are right are not there twice."""
    (table,) = SEED.tables
    assert table.children
    each = replace(table, children=replace(table.children, each=True))
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [replace(SEED, tables=[each])])
    await seeder.run()
    await execute(engine, "UPDATE parts SET weight = 'cien' WHERE name = 'nut'")

    report = await seeder.run()

    assert ["update things.one (parts)"] == list(report.pending())
    assert [("bolt", 2), ("nut", 1)] == await query(
        engine, "SELECT name, weight FROM parts ORDER BY 1"
    )
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_row_whose_id_cannot_be(engine: AsyncEngine) -> None:
    """It cannot be changed by an id that nobody can write, and is named."""
    of = MetaData()
    plans = Table(
        "plans",
        of,
        Column("id", Uuid, primary_key=True),
        Column("code", Text, unique=True),
        Column("title", Text),
    )
    table = SeededTable("plans", plans, key="code", fields=("title",), initial={"id": uuid4})
    await create_tables(engine, of, "INSERT INTO plans VALUES ('t1', 'pro', NULL)")
    seeder = Seeder(engine, [Seed("plans", 1, {"plans": {"pro": {"title": "Pro"}}}, [table])])

    with pytest.raises(SeedError, match=r"plans\.pro holds 't1' as its id"):
        await seeder.run()

    assert [("t1", None)] == await query(engine, "SELECT id, title FROM plans")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_rows_whose_key_cannot_be(engine: AsyncEngine) -> None:
    """They are nobody's, and stand in nobody's way."""
    await create_tables(engine, metadata, "INSERT INTO things (code, amount) VALUES (x'6f6e65', 1)")
    seeder = Seeder(engine, [SEED])

    await seeder.run()

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    assert [(1,), (5,)] == await query(engine, "SELECT amount FROM things ORDER BY 1")
    with pytest.raises(SeedError, match="things"):
        await seeder.export("distrust")


async def everything(engine: AsyncEngine) -> list[str]:
    """Return all that the tables hold."""
    rows = await query(engine, "SELECT * FROM things") + await query(engine, "SELECT * FROM parts")
    return [json.dumps(row, default=repr) for row in rows]
