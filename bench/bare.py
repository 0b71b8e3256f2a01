"""The floor of a paid reaction: the same guarded statements, bare driver, one commit each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiosqlite
import asyncpg

from bench.floor import SQLITE

READ = """
SELECT * FROM users JOIN user_gamification_profiles USING (user_id)
LEFT JOIN user_streaks USING (user_id) WHERE user_id = $1{lock}
"""
REMEMBER = """
INSERT INTO user_reactions (user_id, chat_id, message_id, day, created_at)
VALUES ($1, -200, $2, $3, $4) ON CONFLICT DO NOTHING
"""
BOOK = """
INSERT INTO transactions (user_id, amount, type, reference, created_at)
VALUES ($1, 5, 'REACTION', $2, $3) ON CONFLICT (reference) DO NOTHING RETURNING amount
"""
PAY = """
UPDATE user_gamification_profiles SET balance = balance + 5, total_earned = total_earned + 5,
    level = level, updated_at = $2
WHERE user_id = $1 AND balance + 5 >= 0
"""

React = Callable[[int, int], Awaitable[None]]


@asynccontextmanager
async def reacting(url: str) -> AsyncIterator[React]:
    """Give a function that pays a member for a message."""
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


def _on_sqlite(connection: aiosqlite.Connection) -> React:
    read, remember, book, pay = (
        statement.format(lock="").replace("$", "?") for statement in (READ, REMEMBER, BOOK, PAY)
    )

    async def react(user_id: int, message_id: int) -> None:
        now = datetime.now(UTC)
        text, day = now.strftime("%Y-%m-%d %H:%M:%S.%f"), now.strftime("%Y-%m-%d")
        await connection.execute_fetchall("BEGIN IMMEDIATE")
        await connection.execute_fetchall(read, (user_id,))
        await connection.execute_fetchall(remember, (user_id, message_id, day, text))
        await connection.execute_fetchall(book, (user_id, f"bare:{user_id}:{message_id}", text))
        await connection.execute_fetchall(pay, (user_id, text))
        await connection.execute_fetchall("COMMIT")

    return react


def _on_postgresql(server: asyncpg.Connection) -> React:
    read = READ.format(lock=" FOR UPDATE OF user_gamification_profiles")

    async def react(user_id: int, message_id: int) -> None:
        now = datetime.now(UTC)
        async with server.transaction():
            await server.fetch(read, user_id)
            await server.execute(REMEMBER, user_id, message_id, now.date(), now)
            await server.fetch(BOOK, user_id, f"bare:{user_id}:{message_id}", now)
            await server.execute(PAY, user_id, now)

    return react
