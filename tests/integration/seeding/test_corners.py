"""Small and odd declarations that are legal, and a caller's own transaction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    Interval,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    func,
    select,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.seeding import Backfill, Children, Outcome, Seed, SeededTable, Seeder, backfill
from bot.seeding.look import Union, Words
from tests.support.seeds import ROLES, Period, changed, create_tables, execute, query, seeded
from tests.support.statements import recorded

metadata = MetaData()
topics = Table(
    "topics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
)
related = Table(
    "related",
    metadata,
    Column("topic_id", ForeignKey(topics.c.id), primary_key=True),
    Column("other_id", ForeignKey(topics.c.id), primary_key=True),
)
TOPICS = SeededTable("topics", topics, key="code", fields=())


async def test_rows_of_a_key_alone(engine: AsyncEngine) -> None:
    """A row may have no fields at all; it comes, and comes back."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("topics", 1, {"topics": {"a": {}, "b": {}}}, [TOPICS])])

    await seeder.run()
    await execute(engine, "DELETE FROM topics WHERE code = 'a'")
    report = await seeder.run()

    assert ["insert topics.a"] == list(report.pending())
    assert [("a",), ("b",)] == await query(engine, "SELECT code FROM topics ORDER BY 1")
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_deleted_row_of_a_key_alone_stays_away(engine: AsyncEngine) -> None:
    """Without healing, also where the marker keeps nothing of it but its name."""
    table = replace(TOPICS, heal=False)
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("topics", 1, {"topics": {"a": {}, "b": {}}}, [table])])
    await seeder.run()
    await execute(engine, "DELETE FROM topics WHERE code = 'a'")

    report = await seeder.run()

    assert (Outcome.UP_TO_DATE, {"topics.a.code": (None, "a")}) == (
        report.outcome,
        report.seeds[0].kept(),
    )


async def test_seed_of_nothing(engine: AsyncEngine) -> None:
    """There is nothing to export, and that is no error."""
    seeder = Seeder(engine, [Seed("nothing", 1, {}, [])])

    await seeder.run()

    assert {} == await seeder.export("nothing")


async def test_a_section_without_rows(engine: AsyncEngine) -> None:
    """Nothing is asked for and nothing done, but for the marker."""
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("topics", 1, {"topics": {}}, [TOPICS])])

    assert Outcome.SEEDED is (await seeder.run()).outcome
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_only_children_change(engine: AsyncEngine) -> None:
    """Then there is nothing to set in the parent's row, and no statement for it."""
    seeder = await seeded(engine, ROLES)
    await execute(engine, "DELETE FROM role_permissions")

    with recorded(engine) as statements:
        report = await seeder.run()

    assert Outcome.HEALED is report.outcome
    assert not [one for one in statements if one.startswith("UPDATE roles")]


async def test_children_of_rows_of_their_own_section(engine: AsyncEngine) -> None:
    """Those that others refer to are written first."""
    children = Children(
        "related",
        related,
        parent="topic_id",
        columns=("other_id",),
        refs={"other_id": "topics"},
        each=True,
    )
    table = replace(TOPICS, children=children)
    values = {"a": {"related": ["c", "b"]}, "b": {"related": ["c"]}, "c": {}}
    await create_tables(engine, metadata)
    seeder = Seeder(engine, [Seed("topics", 1, {"topics": values}, [table])])

    await seeder.run()

    assert [("a", "b"), ("a", "c"), ("b", "c")] == await query(
        engine,
        "SELECT t.code, o.code FROM related r JOIN topics t ON t.id = r.topic_id"
        " JOIN topics o ON o.id = r.other_id ORDER BY 1, 2",
    )
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Integer(), 0),
        (Text(), 'it\'s :the % "one"'),
        (Uuid(), UUID(int=7)),
        (EnumType(Period, name="period"), Period.YEARLY),
        (Date(), "2026-01-02"),
        (Uuid(), str(UUID(int=8))),
    ],
    ids=repr,
)
@pytest.mark.parametrize("fields", [(), ("greeting",)])
async def test_single_row_of_any_key(
    engine: AsyncEngine, kind: Any, key: Any, fields: tuple[str, ...]
) -> None:
    """It is found again, healed, given back and reverted, also without a field."""
    one = Table("one", MetaData(), Column("key", kind, primary_key=True), Column("greeting", Text))
    table = SeededTable("one", one, single=key, fields=fields)
    seed = Seed("one", 1, {"one": dict.fromkeys(fields, "hello")}, [table])
    await create_tables(engine, one.metadata)
    seeder = Seeder(engine, [seed])

    await seeder.run()
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    await execute(engine, "DELETE FROM one")
    assert Outcome.HEALED is (await seeder.run()).outcome
    await execute(engine, "UPDATE one SET greeting = 'x'")
    assert bool(fields) == (await seeder.take(["one"])).changes_something
    assert seed.canonical == await seeder.export("one")
    assert Outcome.REVERTED is (await seeder.revert("one")).outcome
    assert [(None if fields else "x",)] == await query(engine, "SELECT greeting FROM one")


class Base(DeclarativeBase):
    """Mapped classes."""


class Owner(Base):
    """A parent with a key that is no number."""

    __tablename__ = "owners"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class Wallet(Base):
    """A row of every owner's, of many types."""

    __tablename__ = "wallets"
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id), primary_key=True)
    limit: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    period: Mapped[Period]
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    pause: Mapped[timedelta] = mapped_column(Interval())
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str | None]
    title: Mapped[str]


WALLETS = Backfill(
    "wallets",
    Wallet,
    parent=Owner,
    defaults={
        "limit": "9.9",
        "period": "YEARLY",
        "since": "2026-01-01T01:00:00+01:00",
        "pause": timedelta(minutes=5),
        "data": {"it's": ["100%", ":x"]},
        "note": None,
        "title": func.upper(Owner.name),
    },
)


async def test_backfill_of_mapped_classes_and_many_types(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values are written as their types, in slices, whatever the parent's key is."""
    monkeypatch.setattr(backfill, "SLICE", 3)
    seen: list[tuple[int, int]] = []
    seeder = Seeder(
        engine,
        [Seed("wallets", 1, {}, backfills=[WALLETS])],
        progress=lambda done, total: seen.append((done, total)),
    )
    await create_tables(engine, Base.metadata)
    async with engine.begin() as connection:
        owners = [{"id": UUID(int=7919 * n), "name": f"o{n}"} for n in range(1, 9)]
        await connection.execute(Owner.__table__.insert(), owners)

    planned, report = await seeder.plan(), await seeder.run()

    assert 8 == len(planned.seeds[0].as_json()["keys"]["wallets"])
    assert (8, 0) == (report.counts("wallets").created, report.counts("wallets").kept)
    assert [(3, 8), (6, 8), (8, 8)] == seen[-3:]
    async with engine.connect() as connection:
        rows = (await connection.execute(select(Wallet.__table__))).all()
    assert 8 == len(rows)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for row in rows:
        assert (Decimal("9.90"), Period.YEARLY, timedelta(minutes=5)) == row[1:3] + row[4:5]
        assert moment == (row.since if row.since.tzinfo else row.since.replace(tzinfo=UTC))
        assert ({"it's": ["100%", ":x"]}, None, "O") == (row.data, row.note, row.title[0])
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_in_a_transaction_of_the_callers(engine: AsyncEngine) -> None:
    """The caller commits or not; the marker is the caller's, too."""
    await create_tables(engine, ROLES.metadata)
    seeder = Seeder(engine, [ROLES.seed])
    async with engine.connect() as connection:
        await connection.begin()
        report = await seeder.apply(connection)
        assert Outcome.SEEDED is report.outcome
        await connection.rollback()
    assert [] == await query(engine, "SELECT * FROM roles")

    async with engine.begin() as connection:
        await seeder.apply(connection)

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_field_that_is_new_in_a_later_version(engine: AsyncEngine) -> None:
    """Where rows do not heal, a column that no version has written yet is no edit."""
    admins, *others = ROLES.seed.tables
    assert admins.name == "admins"
    before = replace(admins, fields=("role_id",))
    values = {**ROLES.seed.values, "admins": {"root": {"role_id": "editor"}}}
    await create_tables(engine, ROLES.metadata)
    await Seeder(engine, [replace(ROLES.seed, tables=(before, *others), values=values)]).run()
    newer = changed(ROLES.seed, 2)

    report = await Seeder(engine, [newer]).run()

    assert ["update admins.root (mail)"] == [one for one in report.pending() if "admins" in one]
    assert [("root@example.org",)] == await query(engine, "SELECT mail FROM admins")


async def test_more_sections_than_a_union_has_selects(engine: AsyncEngine) -> None:
    """SQLite unites 500 SELECTs at most, and a look may have more."""
    selects = [([f"'{number}'"] * (number % 3 + 1), "") for number in range(1200)]
    union = Union(Words(engine.dialect), selects, ["'last'"])

    async with engine.connect() as connection:
        found, scalars = union.split(await connection.exec_driver_sql(union.sql))

    assert [[[str(n)] * (n % 3 + 1)] for n in range(1200)] == found
    assert ["last"] == scalars
