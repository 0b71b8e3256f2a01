"""The baseline of a paid reaction: the very statements of ours, bare driver, one commit each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiosqlite
import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.baseline import SQLITE

Statement = tuple[str, Sequence[Any]]
#: What one update sends between BEGIN and COMMIT.
Transaction = list[Statement]
Replay = Callable[[Transaction], Awaitable[None]]


@contextmanager
def recorded(engine: AsyncEngine) -> Iterator[Transaction]:
    """Collect what `engine` sends inside the block, in its driver's own words."""
    sent: Transaction = []

    def listen(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        sent.append((sql, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)


@asynccontextmanager
async def replaying(url: str) -> AsyncIterator[Replay]:
    """Give a function that sends a transaction through the bare driver."""
    if url.startswith(SQLITE):
        async with aiosqlite.connect(url.removeprefix(SQLITE), isolation_level=None) as connection:
            await connection.execute_fetchall("PRAGMA foreign_keys = ON")
            yield _on_sqlite(connection)
    else:
        server = await asyncpg.connect(url)
        try:
            yield _on_postgresql(server)
        finally:
            await server.close()


def _on_sqlite(connection: aiosqlite.Connection) -> Replay:
    async def replay(transaction: Transaction) -> None:
        await connection.execute_fetchall("BEGIN IMMEDIATE")
        for sql, parameters in transaction:
            await connection.execute_fetchall(sql, parameters)
        await connection.execute_fetchall("COMMIT")

    return replay


def _on_postgresql(server: asyncpg.Connection) -> Replay:
    async def replay(transaction: Transaction) -> None:
        async with server.transaction():
            for sql, parameters in transaction:
                await server.fetch(sql, *parameters)

    return replay
