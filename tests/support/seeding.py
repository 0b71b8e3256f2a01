"""A database that holds what some seeds declare, for a test of anything above it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.seeding import Seed, Seeder


@asynccontextmanager
async def seeded_engine(url: str | URL, *seeds: Seed) -> AsyncIterator[AsyncEngine]:
    """Open a database with the tables of some seeds, and the seeds in them; close it in the end."""
    parts = [part for seed in seeds for part in (*seed.tables, *seed.backfills)]
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for metadata in {part.table.metadata for part in parts}:
                await connection.run_sync(metadata.create_all)
        await Seeder(engine, seeds).run()
        yield engine
    finally:
        await engine.dispose()
