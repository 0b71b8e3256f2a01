"""Rows whose key is no text: what PostgreSQL compares with its own type only is found, too."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Date, DateTime, MetaData, Numeric, Table, Text, Time, Uuid
from sqlalchemy import Enum as EnumType
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Seed, SeededTable, Seeder
from tests.support.seeding import seeded_engine


class Season(Enum):
    """A key with few values."""

    SUMMER = "summer"
    WINTER = "winter"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Uuid(), UUID(int=7)),
        (Date(), date(2026, 1, 1)),
        (Time(), time(9, 30)),
        (DateTime(timezone=True), datetime(2026, 1, 1, tzinfo=UTC)),
        (Numeric(6, 2), Decimal("9.50")),
        (EnumType(Season, name="season"), Season.SUMMER),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_typed_key_is_found_again(engine: AsyncEngine, kind: Any, key: Any) -> None:
    """A second start finds the row of the first, alone and as a part of a key."""
    metadata = MetaData()
    alone = Table("alone", metadata, Column("key", kind, primary_key=True), Column("title", Text))
    paired = Table(
        "paired",
        metadata,
        Column("scope", Text, primary_key=True),
        Column("key", kind, primary_key=True),
        Column("title", Text),
    )
    label = key.name if isinstance(key, Enum) else str(key)
    seed = Seed(
        "typed",
        version=1,
        tables=[
            SeededTable("alone", alone, key="key", fields=["title"]),
            SeededTable("paired", paired, key=["scope", "key"], fields=["title"]),
        ],
        values={
            "alone": {label: {"title": "One"}},
            "paired": {"pair": {"scope": "a", "key": key, "title": "Two"}},
        },
    )

    async with seeded_engine(engine.url, seed) as plain:
        report = await Seeder(plain, [seed]).run()

    assert "up_to_date" == report.outcome
