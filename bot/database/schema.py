"""Which schema revision a database has, and which one this release wants."""

from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.errors import SchemaError

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "alembic_version"
_HAS_VERSION_TABLE = {
    "sqlite": text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"),
    # Not to_regclass(): it remembers what this session did not find before it waited for the
    # lock, and so would not see the table that another start has made meanwhile.
    "postgresql": text(
        "SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE relname = 'alembic_version' AND nspname = ANY (current_schemas(false))"
    ),
}
_REVISION = text("SELECT version_num FROM alembic_version")


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
    """Return the database's revision; None when no migration has run yet."""
    if await connection.scalar(_HAS_VERSION_TABLE[connection.dialect.name]) is None:
        return None
    revision: str | None = await connection.scalar(_REVISION)
    return revision


def refuse_unknown(revision: str | None) -> None:
    """Raise `SchemaError` for a revision that a newer release must have left."""
    if revision is not None and revision not in revisions():
        raise SchemaError(
            f"The database has schema revision {revision}, which this release does not know "
            f"(it knows up to {head()}); start the release that upgraded it, or a newer one."
        )
