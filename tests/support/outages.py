"""Databases that fail under a running bot, and what members and operators see of it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from tests.support.economy import count_rows
from tests.support.live_bot import LiveBot

REACTIONS = 30


class Operator:
    """Somebody with a connection of their own."""

    def __init__(self, url: str) -> None:
        """Connect to `url` each time."""
        self._url = url

    async def run(self, *statements: str) -> None:
        """Run statements, `{database}` being the database's name."""
        async with self.connected() as connection:
            name = await connection.fetchval("SELECT current_database()")
            for statement in statements:
                await connection.execute(statement.format(database=name))

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        """Give the connection, in no transaction."""
        connection = await asyncpg.connect(self._url)
        try:
            yield connection
        finally:
            await connection.close()

    async def is_alone(self) -> bool:
        """Return whether nobody else is connected."""
        async with self.connected() as connection:
            others = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return not others

    async def cut(self) -> None:
        """End every connection but ours."""
        await self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def react(bot: LiveBot, count: int = REACTIONS) -> None:
    """Let Ana react to so many messages."""
    telegram = bot.server.telegram
    for number in range(count):
        message = telegram.say(telegram.luis, telegram.group, f"message {number}")
        telegram.react(telegram.ana, telegram.group, message.message_id, ["👍"])


async def paid(bot: LiveBot) -> int:
    """Wait until all is confirmed, and return how many reactions were paid."""
    await bot.settle()
    return await count_rows(bot.engine, "transactions", "type = 'REACTION'")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what an operator is warned of, in short."""
    lines = [one.message for one in caplog.records if one.levelname in {"WARNING", "ERROR"}]
    return [re.sub(r"\d+", "n", line.partition(":")[0]) for line in lines]
