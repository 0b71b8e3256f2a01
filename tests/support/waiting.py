"""Waits for another process or task, each with an end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")

#: Seconds after which what we wait for counts as never happening.
PATIENCE = 60.0


async def until(condition: Callable[[], T]) -> T:
    """Return the first truthy value of `condition`; TimeoutError when none comes."""

    async def ask() -> T:
        return condition()

    return await until_async(ask)


async def until_async(condition: Callable[[], Awaitable[T]]) -> T:
    """Return the first truthy value that awaiting `condition` gives; TimeoutError when none."""
    async with asyncio.timeout(PATIENCE):
        # The other side is a process that sets no event of ours.
        while not (value := await condition()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return value


async def until_blocked(engine: AsyncEngine, pid: int) -> None:
    """Wait until PostgreSQL makes a process of ours wait for a lock."""

    async def blocked() -> bool:
        async with engine.connect() as connection:
            found = await connection.scalar(_BLOCKED, {"whom": f"besitos %:{pid}"})
        return bool(found)

    await until_async(blocked)


_BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE application_name LIKE :whom AND wait_event_type = 'Lock'"
)
