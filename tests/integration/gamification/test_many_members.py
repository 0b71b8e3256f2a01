"""Lists and look-ups that cost the same however many members there are."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification import leaderboard
from bot.gamification.account import load_account
from bot.gamification.admin.member_search import find_members, read_active
from bot.gamification.leaderboard import read_page, read_rank
from bot.gamification.ledger import read_ledger
from tests.support.database import run_sql
from tests.support.economy import LiveEconomy
from tests.support.plans import observed

FEW, MANY = 2_500, 20_000
#: Deeper trees, and no more.
FLAT = 1.3
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM n WHERE i < {1})"
#: One in fifty is called Zoe, and as many have earned the same.
ROWS = (
    (
        "INSERT INTO users (user_id, first_name, username) {n}"
        " SELECT i, CASE i % 50 WHEN 0 THEN 'Zoe' ELSE 'Member' END, 'member' || i FROM n"
    ),
    (
        "INSERT INTO member_names (term, user_id) {n}"
        " SELECT CASE i % 50 WHEN 0 THEN 'zoe' ELSE 'member' END, i FROM n"
    ),
    "INSERT INTO member_names (term, user_id) {n} SELECT '@member' || i, i FROM n",
    (
        "INSERT INTO user_gamification_profiles (user_id, balance, total_earned, last_earned_id)"
        " {n} SELECT i, i % 50, i % 50, i FROM n"
    ),
    (
        "INSERT INTO transactions (user_id, amount, type, reference) {n}"
        " SELECT i, 1, 'REACTION', 'reaction:' || i FROM n"
    ),
)

Read = Callable[[AsyncConnection], Awaitable[Any]]


async def rank_of(live: LiveEconomy, user_id: int, connection: AsyncConnection) -> None:
    """Read a member's place."""
    economy = await live.rules.economy(connection)
    loaded = await load_account(economy, user_id)
    assert loaded is not None
    await read_rank(connection, loaded[1])


async def grow(live: LiveEconomy, first: int, last: int) -> None:
    """Let there be members with these ids."""
    await run_sql(live.engine, *(one.format(n=NUMBERS.format(first, last)) for one in ROWS))
    await run_sql(live.engine, "ANALYZE")


async def test_costs_are_flat(live: LiveEconomy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaderboard, ranks, look-ups by name and id, those active last, and a ledger page."""
    monkeypatch.setattr(leaderboard, "LIMIT", 500)

    async def costs() -> dict[str, int]:
        found = {}
        for name, read in reads.items():
            async with live.engine.connect() as connection, observed(live.engine) as work:
                await read(connection)
            found[name] = await work.cost()
        return found

    reads: dict[str, Read] = {
        "first page": lambda connection: read_page(connection, 0),
        "last page": lambda connection: read_page(connection, 50),
        "by name": lambda connection: find_members(connection, "Zoe"),
        "by username": lambda connection: find_members(connection, "@member77"),
        "by part of a username": lambda connection: find_members(connection, "@member7"),
        "by id": lambda connection: find_members(connection, "77"),
        "active": read_active,
        "active before": lambda connection: read_active(connection, 2_400),
        "rank of the best": partial(rank_of, live, 49),
        "rank of the last": partial(rank_of, live, 2_500),
        "ledger": lambda connection: read_ledger(connection, 77),
    }
    await grow(live, 1, FEW)
    few = await costs()
    await grow(live, FEW + 1, MANY)
    many = await costs()

    assert {} == {
        name: (cost, many[name]) for name, cost in few.items() if many[name] > FLAT * cost + 50
    }
