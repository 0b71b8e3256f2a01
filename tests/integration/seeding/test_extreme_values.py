"""The ends of time, and JSON's own null."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import JSON, Column, Date, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Seed, SeedDeclarationError, SeededTable, Seeder
from tests.support.seeds import create_tables

metadata = MetaData()
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


async def test_json_null_is_refused() -> None:
    """SQLAlchemy's own word for it is an integer to Python; None is what is meant."""
    table = SeededTable("events", events, key="code", fields=("extra",))

    with pytest.raises(SeedDeclarationError, match="extra"):
        Seed("events", 1, {"events": {"open": {"extra": JSON.NULL}}}, [table])
