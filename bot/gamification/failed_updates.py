"""Updates that never succeeded: put aside, and listed for the operator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.constructs import insert
from bot.database.engine import for_writing
from bot.database.liveness import on_live_connection
from bot.gamification.models import FailedUpdateRow


@dataclass(frozen=True, slots=True)
class FailedUpdate:
    """An update as Telegram sent it, why it failed, how often, and from when to when."""

    update_id: int
    content: Mapping[str, Any]
    error: str
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime

    @property
    def kind(self) -> str:
        """What it is about, such as `message_reaction`."""
        return next((name for name in self.content if name != "update_id"), "nothing")

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "update_id": self.update_id,
            "kind": self.kind,
            "error": self.error,
            "attempts": self.attempts,
            "first_failed_at": self.first_failed_at.isoformat(),
            "last_failed_at": self.last_failed_at.isoformat(),
            "content": self.content,
        }


async def put_aside(engine: AsyncEngine, failed: FailedUpdate) -> None:
    """Store the update in a transaction of its own; one that came back adds its attempts.

    Raises `DBAPIError` or `OSError` when that cannot be: then it must not be confirmed.
    """
    row = {
        "update_id": failed.update_id,
        "content": json.dumps(failed.content, ensure_ascii=False),
        "error": failed.error,
        "attempts": failed.attempts,
        "first_failed_at": failed.first_failed_at,
        "last_failed_at": failed.last_failed_at,
    }
    new = insert(engine.dialect.name, FailedUpdateRow)
    statement = new.on_conflict_do_update(
        index_elements=[FailedUpdateRow.update_id],
        set_={
            "error": new.excluded.error,
            "attempts": FailedUpdateRow.attempts + new.excluded.attempts,
            "last_failed_at": new.excluded.last_failed_at,
        },
    )

    async def store() -> None:
        async with for_writing(engine).begin() as connection:
            await connection.execute(statement, row)

    await on_live_connection(engine, store)


async def read_failed_updates(connection: AsyncConnection) -> list[FailedUpdate]:
    """Return what was put aside, oldest first; nothing where the table has not been made yet."""
    name = FailedUpdateRow.__tablename__
    if not await connection.run_sync(lambda sync: inspect(sync).has_table(name)):
        return []
    order = FailedUpdateRow.first_failed_at, FailedUpdateRow.update_id
    found = await connection.execute(select(FailedUpdateRow.__table__).order_by(*order))
    return [
        FailedUpdate(**{**row, "content": json.loads(row["content"])}) for row in found.mappings()
    ]
