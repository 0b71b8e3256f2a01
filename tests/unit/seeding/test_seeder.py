"""Checks of a seeder's engine and seeds, before anything is read."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from bot.seeding import SeedDeclarationError, Seeder
from tests.unit.seeding.declared import seed, table


def test_two_seeds_of_one_name() -> None:
    """They would share a marker."""
    engine = create_async_engine("sqlite+aiosqlite://")
    seeds = [seed({"things": {}}, table()), seed({"things": {}}, table())]

    with pytest.raises(SeedDeclarationError, match="'catalogue'"):
        Seeder(engine, seeds)


def test_seeder_without_a_seed() -> None:
    """There would be nothing to do."""
    with pytest.raises(SeedDeclarationError, match="seed"):
        Seeder(create_async_engine("sqlite+aiosqlite://"), [])


def test_engine_that_is_not_asynchronous() -> None:
    """It is refused before anything is read."""
    one = seed({"things": {}}, table())

    with pytest.raises(SeedDeclarationError, match="AsyncEngine"):
        Seeder(create_engine("sqlite://"), [one])  # type: ignore[arg-type]


def test_one_seed_instead_of_a_list() -> None:
    """The sentence says that a list is wanted."""
    one = seed({"things": {}}, table())

    with pytest.raises(SeedDeclarationError, match="list"):
        Seeder(create_async_engine("sqlite+aiosqlite://"), one)  # type: ignore[arg-type]
