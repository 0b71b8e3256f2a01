"""Databases for the samples: seeded, with so many users, with or without their profiles."""

import asyncio
from contextlib import AbstractContextManager
from typing import Protocol

from bot.database.address import parse_database_url
from bot.database.engine import create_engine
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService


class Databases(Protocol):
    """One engine's databases."""

    name: str

    def prepare(self, users: int, *, profiles: bool) -> str:
        """Make such a database once, and return its URL."""

    def copied(self, users: int) -> AbstractContextManager[str]:
        """Copy the one without profiles, for one sample."""


# Telegram's ids do not come in order of registration: multiplying modulo a prime scatters them.
USERS = """
INSERT INTO users (user_id, first_name, created_at)
SELECT n * 48271 % 2147483647, 'Ana', CURRENT_TIMESTAMP FROM ({numbers}) AS numbers
"""


def bootstrap(url: str) -> None:
    """Start on the database once, as the bot does."""
    asyncio.run(_bootstrap(url))


async def _bootstrap(url: str) -> None:
    engine = create_engine(parse_database_url(url))
    try:
        await BootstrapService(engine, load_manifest()).run()
    finally:
        await engine.dispose()
