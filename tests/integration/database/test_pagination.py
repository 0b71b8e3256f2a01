"""Keyset pages of whatever a statement selects."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.pagination import Page, read_keyset_page
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import UserRow
from tests.support.database import run_sql


async def test_pages_cover_all_rows_once(engine: AsyncEngine, service: BootstrapService) -> None:
    """Page leads to page until nothing is older, also where the last one is full."""
    await service.run()
    await run_sql(
        engine,
        *(f"INSERT INTO users (user_id, first_name) VALUES ({n}, 'Ana')" for n in range(1, 7)),
    )

    assert [[6, 5], [4, 3], [2, 1]] == await _pages(engine, size=2)
    assert [[6, 5, 4, 3], [2, 1]] == await _pages(engine, size=4)
    assert [[6, 5, 4, 3, 2, 1]] == await _pages(engine, size=6)


async def test_no_rows_are_one_empty_page(engine: AsyncEngine, service: BootstrapService) -> None:
    """An empty table has a page that leads nowhere."""
    await service.run()

    async with engine.connect() as connection:
        statement = select(UserRow.user_id)
        assert Page((), None) == await read_keyset_page(connection, statement, UserRow.user_id, 2)


async def _pages(engine: AsyncEngine, size: int) -> list[list[int]]:
    statement = select(UserRow.user_id)
    pages, older_than = [], None
    async with engine.connect() as connection:
        while True:
            page = await read_keyset_page(connection, statement, UserRow.user_id, size, older_than)
            pages.append([row.user_id for row in page.rows])
            if page.older_than is None:
                return pages
            older_than = page.older_than
