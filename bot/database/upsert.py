"""`INSERT … ON CONFLICT`, which both engines have and SQLAlchemy keeps in each dialect."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.base import Base


def insert(connection: AsyncConnection, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return the insert construct of the connection's dialect."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)
