"""What statements cost the database: rows that PostgreSQL reads, steps that SQLite takes."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

#: Instructions of SQLite's machine between two looks.
_STEPS: Final = 10


@dataclass
class Work:
    """The statements of a piece of work, and what they cost when done once more."""

    engine: AsyncEngine
    statements: list[tuple[str, Any]] = field(default_factory=list)

    async def cost(self) -> int:
        """Do the statements once more, and return their cost."""
        if self.engine.dialect.name == "sqlite":
            return sum(self._steps(sql, values) for sql, values in self.statements)
        total = 0
        async with self.engine.connect() as connection:
            for sql, values in self.statements:
                found = await connection.exec_driver_sql(
                    f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values
                )
                total += sum(_rows(found.scalar_one()[0]["Plan"]))
        return total

    def _steps(self, sql: str, values: Any) -> int:
        taken = 0

        def count() -> None:
            nonlocal taken
            taken += _STEPS

        connection = sqlite3.connect(str(self.engine.url.database))
        connection.set_progress_handler(count, _STEPS)
        connection.execute(sql, values).fetchall()
        connection.close()
        return taken


def _rows(plan: dict[str, Any]) -> Iterator[int]:
    read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    yield round(read * plan["Actual Loops"])
    for below in plan.get("Plans", ()):
        yield from _rows(below)


@asynccontextmanager
async def observed(engine: AsyncEngine) -> AsyncIterator[Work]:
    """Take note of the statements inside the block."""
    work = Work(engine)

    def listen(_connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        if not sql.startswith("BEGIN"):
            work.statements.append((sql, values))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        yield work
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)
