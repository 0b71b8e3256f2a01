"""Every type of value: what was declared, written and looked at again is equal on both engines."""

import string
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    CHAR,
    JSON,
    REAL,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
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
    Uuid,
    delete,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

from bot.seeding import Children, Outcome, Seed, SeededTable, Seeder
from tests.support.seeds import create_tables, execute, query


class Colour(Enum):
    """An enumeration whose second name for red is no member of its own."""

    RED = "r"
    GREEN = "it's 100% :green"
    CRIMSON = "r"  # noqa: PIE796 - the point of it


def hues(members: Any) -> list[str]:
    """Return what the database shall hold."""
    return [str(member.value) for member in members]


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
zones = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))]
)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - both kinds
#: One of which SQLite's `quote()` writes 15 digits where 17 are needed.
CUT_SHORT = 1.7965348835456501e-304
floats = st.floats(allow_nan=False, allow_infinity=False) | st.just(CUT_SHORT)
spans = st.timedeltas(-timedelta(days=365 * 200), timedelta(days=365 * 200))
colours = st.sampled_from(Colour)


def decimals(whole: int, places: int) -> st.SearchStrategy[Decimal]:
    """Return numbers that a column of so many digits holds, and a float does, too."""
    most = Decimal(10**whole) - Decimal(1).scaleb(-places)
    return st.decimals(-most, most, places=places)


COLUMNS: dict[str, tuple[TypeEngine[Any], st.SearchStrategy[Any]]] = {
    "words": (Text(), texts),
    "short": (String(20), texts),
    "padded": (CHAR(20), st.text(string.ascii_letters + " é", max_size=20)),
    "small": (SmallInteger(), st.integers(-(2**15), 2**15 - 1)),
    "whole": (Integer(), st.integers(-(2**31), 2**31 - 1)),
    "big": (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    "yes": (Boolean(), st.booleans()),
    "tree": (JSON(), json_values),
    "btree": (JSON().with_variant(JSONB(), "postgresql"), json_values),
    "ratio": (Float(), floats),
    "double": (Double(), floats),
    "single": (REAL(), st.floats(width=32, allow_nan=False, allow_infinity=False) | st.just(0.1)),
    "price": (Numeric(12, 2), decimals(10, 2) | st.just(Decimal("0.005")) | st.just("1e3")),
    "units": (Numeric(15), decimals(15, 0)),
    "exact": (Numeric(), decimals(6, 6)),
    "day": (Date(), st.dates()),
    "hour": (Time(), st.times()),
    "local": (DateTime(), moments),
    "moment": (DateTime(timezone=True), st.builds(datetime.replace, moments, tzinfo=zones)),
    "span": (Interval(), spans),
    "since": (Interval(native=False), spans),
    "token": (Uuid(), st.uuids()),
    "label": (Uuid(as_uuid=False), st.uuids().map(str)),
    "colour": (EnumType(Colour, name="colour"), colours),
    "hue": (EnumType(Colour, name="hue", values_callable=hues), colours),
    "shade": (
        EnumType("light", "it's dark", name="shade"),
        st.sampled_from(["light", "it's dark"]),
    ),
    "blob": (LargeBinary(), st.binary(max_size=20)),
}
metadata = MetaData()
everything = Table(
    "everything",
    metadata,
    Column("code", Text, primary_key=True),
    *(Column(name, kind) for name, (kind, _) in COLUMNS.items()),
)
details = Table(
    "details",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("of", ForeignKey(everything.c.code), nullable=False),
    *(Column(name, COLUMNS[name][0]) for name in ("words", "price", "moment", "tree", "hue")),
)
SECTION = SeededTable(
    "everything",
    everything,
    key="code",
    fields=tuple(COLUMNS),
    children=Children(
        "details", details, parent="of", columns=("words", "price", "moment", "tree", "hue")
    ),
)


def columns(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    """Return values for some columns, NULL among them."""
    return {name: st.none() | COLUMNS[name][1] for name in names}


rows = st.dictionaries(
    texts.filter(bool),
    st.fixed_dictionaries(
        columns(*COLUMNS),
        optional={
            "details": st.lists(
                st.tuples(*columns("words", "price", "moment", "tree", "hue").values()), max_size=3
            )
        },
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(values=rows)
async def test_round_trip(engine: AsyncEngine, values: dict[str, dict[str, Any]]) -> None:
    """Whatever was declared is found as it was written, and exported as it was declared."""
    seed = Seed("types", version=1, values={"everything": values}, tables=[SECTION])
    await create_tables(engine, metadata)
    async with engine.begin() as connection:
        await connection.execute(delete(details))
        await connection.execute(delete(everything))
    await execute(engine, *(["DELETE FROM seed_marker"] if await is_seeded(engine) else []))
    seeder = Seeder(engine, [seed])

    await seeder.run()

    report = await seeder.inspect()
    assert (Outcome.UP_TO_DATE, {}) == (report.outcome, report.seeds[0].kept())
    exported = await seeder.export("types")
    again = Seed("types", version=1, values=exported, tables=[SECTION])
    assert {
        label: {name: fields.get(name) for name in (*COLUMNS, "details")}
        for label, fields in seed.canonical["everything"].items()
    } == again.canonical["everything"]


async def is_seeded(engine: AsyncEngine) -> bool:
    """Return whether an example was here before."""
    found = "SELECT 1 FROM sqlite_master WHERE name = 'seed_marker'"
    if engine.dialect.name == "postgresql":
        found = "SELECT 1 FROM pg_tables WHERE tablename = 'seed_marker'"
    return bool(await query(engine, found))
