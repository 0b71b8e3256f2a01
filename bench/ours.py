"""Our side: the bootstrap from creating its engine to disposing of it, as a start does once."""

import asyncio
from time import perf_counter

# Importing is not what is timed, and SQLAlchemy would import a driver only when it connects.
import aiosqlite  # noqa: F401
import asyncpg  # noqa: F401
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401

from bench import child
from bot.database.engine import create_engine, parse_database_url
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.report import Outcome
from bot.gamification.bootstrap.service import BootstrapService


def warm(url: str) -> float:
    """Return the seconds of a start that finds everything in place."""
    return asyncio.run(_bootstrap(url, load_manifest(), Outcome.UP_TO_DATE))


def cold(url: str) -> float:
    """Return the seconds of a start that finds every profile missing."""
    return asyncio.run(_bootstrap(url, load_manifest(), Outcome.HEALED))


async def _bootstrap(url: str, manifest: Manifest, expected: Outcome) -> float:
    started = perf_counter()
    engine = create_engine(parse_database_url(url))
    try:
        report = await BootstrapService(engine, manifest).run()
    finally:
        await engine.dispose()
    seconds = perf_counter() - started
    if report.outcome is not expected:
        raise RuntimeError(f"the database was not as prepared: {report.summary()}")
    return seconds


if __name__ == "__main__":
    child.answer({"warm": warm, "cold": cold})
