"""Tables of the mechanism: `seed_marker`, one row per seed, and the append-only `seed_runs`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

_JSON = JSON().with_variant(JSONB(), "postgresql")
_TEXTS = ("ran_at", "seed", "outcome", "release", "host", "counts", "changes", "notes")
#: SQLite takes any value into any column, unless a CHECK asks: STRICT knows no DATETIME and JSON.
_TYPES = " AND ".join(
    [
        *(f"typeof({name}) = 'text'" for name in _TEXTS),
        *(f"typeof(version_{side}) IN ('integer', 'null')" for side in ("before", "after")),
        *(f"typeof(schema_{side}) IN ('text', 'null')" for side in ("before", "after")),
        "typeof(milliseconds) = 'integer'",
    ]
)


def marker_table(metadata: MetaData) -> Table:
    """Return `seed_marker`: what each seed last applied, the merge base of its next upgrade."""
    return Table(
        "seed_marker",
        metadata,
        Column("seed", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("fingerprint", Text, nullable=False),
        Column("applied_values", _JSON, nullable=False),
        Column("applied_at", DateTime(timezone=True), nullable=False),
        Column("release", Text, nullable=False),
        CheckConstraint("version >= 1", "version_positive"),
        keep_existing=True,
    )


def runs_table(metadata: MetaData) -> Table:
    """Return `seed_runs`: one row for each run that changed something, never changed again.

    `counts` gives created, updated and kept by section; `changes` each value that was replaced, as
    objects of name, before and after; `notes` the sentences of warning.
    """
    return Table(
        "seed_runs",
        metadata,
        # SQLite numbers rows by itself only in a column that is INTEGER to the letter.
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("ran_at", DateTime(timezone=True), nullable=False),
        Column("seed", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("version_before", Integer),
        Column("version_after", Integer),
        Column("schema_before", Text),
        Column("schema_after", Text),
        Column("release", Text, nullable=False),
        Column("host", Text, nullable=False),
        Column("counts", _JSON, nullable=False),
        Column("changes", _JSON, nullable=False),
        Column("notes", _JSON, nullable=False),
        Column("milliseconds", Integer, nullable=False),
        CheckConstraint(_TYPES, "types").ddl_if(dialect="sqlite"),
        sqlite_autoincrement=True,
        keep_existing=True,
    )
