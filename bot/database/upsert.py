"""`INSERT … ON CONFLICT`, which both engines have and SQLAlchemy keeps in each dialect."""

from sqlalchemy.dialects import postgresql, sqlite

from bot.database.base import Base

Insert = sqlite.Insert | postgresql.Insert


def insert(dialect: str, model: type[Base]) -> Insert:
    """Return the insert construct of a dialect (`connection.dialect.name`).

    A statement that runs for every update is worth building once: put it into a `@cache`d function
    of the dialect and execute it with parameters.
    """
    return sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)
