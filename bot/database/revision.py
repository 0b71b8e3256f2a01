"""Schema revision that a database has, and what it may not be.

On PostgreSQL our part of a database is its `current_schema()`: what other schemas of the search
path have is another program's.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.errors import SchemaError

MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"
VERSION_TABLE: Final = "alembic_version"
#: Tables that every database of the bot has had from the first release on.
OLDEST_TABLES: Final = frozenset({"users", "user_gamification_profiles"})
#: What to do where two programs are in one another's way.
APART: Final = (
    "give the bot a database of its own, or in PostgreSQL a schema (CREATE SCHEMA besitos, and "
    "?options=-c%20search_path%3Dbesitos behind DATABASE_URL)"
)
#: The schema of PostgreSQL that is ours, for SQL that looks into the catalogue.
OUR_SCHEMA: Final = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
#: SELECTs of all revisions in one text, which a database at head understands.
REVISION: Final = {
    "sqlite": "SELECT group_concat(version_num) FROM alembic_version",
    # Not to_regclass(): it remembers what this session did not find before it waited for the
    # lock, and so would not see the table that another start has made meanwhile.
    "postgresql": (
        "SELECT string_agg(version_num, ',') FROM alembic_version WHERE tableoid = ("  # noqa: S608
        "SELECT oid FROM pg_class WHERE relname = 'alembic_version'"
        f" AND relnamespace = {OUR_SCHEMA})"
    ),
}
_HAS_VERSION_TABLE: Final = {
    "sqlite": "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'alembic_version')",
    "postgresql": (
        "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'alembic_version'"  # noqa: S608
        f" AND relnamespace = {OUR_SCHEMA})"
        " WHERE current_schema() IS NOT NULL"
    ),
}


@cache
def revisions() -> list[str]:
    """Return every revision this release knows, oldest first.

    A migration's file name starts with its revision (`0002_gamification_seed.py`), so a start
    that has nothing to upgrade need not import Alembic to find that out.
    """
    names = (file.name for file in (MIGRATIONS / "versions").iterdir())
    return sorted(
        name.partition("_")[0] for name in names if name[0].isdigit() and name.endswith(".py")
    )


def head() -> str:
    """Return the revision that this release works with."""
    return revisions()[-1]


async def current_revision(connection: AsyncConnection) -> str | None:
    """Return the database's revision; None when no migration has run yet.

    Raises `SchemaError` for one that is not ours, or more than one.
    """
    dialect = connection.dialect.name
    there = await connection.scalar(text(_HAS_VERSION_TABLE[dialect]))
    if there is None:
        raise SchemaError(
            "The database's search path leads to no schema that exists; create the schema, or "
            "correct search_path."
        )
    revision: str | None = await connection.scalar(text(REVISION[dialect])) if there else None
    refuse_unknown(revision)
    return revision


def refuse_unknown(revision: str | None) -> None:
    """Raise `SchemaError` for revisions that are not one of ours."""
    found = revision.split(",") if revision else []
    foreign = [one for one in found if not re.fullmatch(r"\d{4}", one)]
    if foreign:
        raise SchemaError(
            f"The table {VERSION_TABLE} has a revision of another program ({foreign[0]}); {APART}."
        )
    if len(found) > 1:
        raise SchemaError(
            f"The table {VERSION_TABLE} has {len(found)} revisions ({', '.join(sorted(found))}) "
            f"and must have one; {keep(max(found))} keeps the newest, which is right if the tables "
            "have all that it brought."
        )
    if revision is not None and revision not in revisions():
        raise SchemaError(
            f"The database has schema revision {revision}, which this release does not know "
            f"(it knows up to {head()}); start the release that upgraded it, or a newer one."
        )


def keep(revision: str) -> str:
    """Return the command that makes a revision the only one."""
    return f"`DELETE FROM {VERSION_TABLE} WHERE version_num <> '{revision}'`"  # noqa: S608 - for a person


def put(revision: str) -> str:
    """Return the command that says which revision the tables have."""
    return f"`UPDATE {VERSION_TABLE} SET version_num = '{revision}'`"  # noqa: S608 - for a person
