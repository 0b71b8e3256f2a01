"""A record of every SQL statement that leaves for the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@contextmanager
def recorded(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect the statements inside the block, without BEGIN and COMMIT."""
    statements: list[str] = []

    def listen(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if not sql.startswith("BEGIN"):
            statements.append(sql)

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        yield statements
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)


def of_plain_reaction(engine: AsyncEngine) -> int:
    """Return how many a reaction takes that pays and changes nothing else."""
    return 4 if engine.dialect.name == "sqlite" else 3
