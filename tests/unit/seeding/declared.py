"""Tables of declarations in tests, and declarations that work."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import CITEXT

from bot.seeding import (
    Backfill,
    Children,
    Seed,
    SeededTable,
)


class Shouting(TypeDecorator[str]):
    """A type whose values only its owner knows."""

    impl = Text
    cache_ok = True


metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(20), nullable=False, unique=True, server_default="x"),
    Column("kind", Text, nullable=False, server_default="plain"),
    Column("size", Integer),
    Column("price", Numeric(5, 2)),
    Column("is_big", Boolean),
    Column("since", DateTime(timezone=True)),
    Column("day", Date),
    Column("span", Interval),
    Column("token", Uuid),
    Column("data", JSON),
    Column("blob", LargeBinary),
    Column("parent_id", ForeignKey("things.id")),
    Column("shout", Shouting),
    Column("tags", ARRAY(Text)),
    Column("hour", Time(timezone=True)),
    Column("left", Text),
    Column("right", Text),
    Column("late", Text),
    Column("partly", Text),
    Column("loose", CITEXT, unique=True),
    Column("nocase", Text(collation="NOCASE"), unique=True),
    Column("named", Text, key="otherwise"),
    UniqueConstraint("left", "right"),
    UniqueConstraint("late", deferrable=True),
    Index("ix_partly", "partly", unique=True, postgresql_where=text("partly <> ''")),
    Index("ix_lower", func.lower(Column("kind")), unique=True),
)
marks = Table(
    "marks",
    metadata,
    Column("thing_id", ForeignKey(things.c.id), primary_key=True),
    Column("other_id", ForeignKey(things.c.id)),
    Column("name", Text, primary_key=True),
    Column("weight", Integer),
)
strict_marks = Table(
    "strict_marks",
    metadata,
    Column("thing_id", ForeignKey(things.c.id), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("by", Text, nullable=False),
)
needy = Table(
    "needy",
    metadata,
    Column("code", Text, primary_key=True),
    Column("must", Text, nullable=False),
)
profiles = Table(
    "profiles",
    metadata,
    Column("thing_id", ForeignKey(things.c.id), primary_key=True),
    Column("level", Integer, nullable=False),
    Column("note", Text),
)
pairs = Table(
    "pairs",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("two", ForeignKey(things.c.id), primary_key=True),
)
tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True, default=lambda: "a new one"),
    Column("thing_id", ForeignKey(things.c.id), unique=True),
)
links = Table(
    "links",
    metadata,
    Column("thing_id", ForeignKey(things.c.id), primary_key=True),
    Column("other_id", ForeignKey(things.c.id), primary_key=True),
)
by_code = Table(
    "by_code",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("late", ForeignKey(things.c.late), unique=True),
)
wide = Table(
    "wide",
    metadata,
    Column("code", Text, primary_key=True),
    *(Column(f"c{n}", Integer) for n in range(99)),
)
no_key = Table("no_key", metadata, Column("id", Integer))


def table(name: str = "things", model: Any = things, **options: Any) -> SeededTable:
    """Declare a section with keys, which works."""
    if "single" not in options:
        options.setdefault("key", "code")
    return SeededTable(name, model, **{"fields": ("size",), **options})


def children(model: Any = marks, **options: Any) -> Children:
    """Declare children, which work."""
    return Children("marks", model, **{"parent": "thing_id", "columns": ("name",), **options})


def seed(values: Any, *tables: SeededTable, **options: Any) -> Seed:
    """Declare a seed."""
    return Seed("catalogue", **{"version": 1, "values": values, "tables": tables, **options})


def row(fields: dict[str, Any], **options: Any) -> Seed:
    """Declare a seed of one row."""
    return seed({"things": {"one": fields}}, table(fields=tuple(fields), **options))


def backfill(model: Any = profiles, **options: Any) -> Backfill:
    """Declare a backfill, which works."""
    return Backfill("profiles", model, **{"parent": things, "defaults": {"level": 1}, **options})


def with_marks(value: Any, **options: Any) -> Seed:
    """Declare a seed of one row with children."""
    of = table(fields=(), children=children(**options))
    return seed({"things": {"one": {"marks": value}}}, of)
