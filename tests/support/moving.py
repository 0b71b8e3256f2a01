"""Moves of a database that was played with, from one engine to another."""

from datetime import UTC
from itertools import product

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import Contents, contents, run_sql
from tests.support.economy import LUIS, LiveEconomy

ENGINES = ("sqlite", "postgresql")
each_way = pytest.mark.parametrize(
    ("database_url", "target"),
    list(product(ENGINES, ENGINES)),
    indirect=True,
    ids=["-".join(pair) for pair in product(ENGINES, ENGINES)],
)
to_the_other = pytest.mark.parametrize(
    ("database_url", "target"),
    [ENGINES, ENGINES[::-1]],
    indirect=True,
    ids=["sqlite-postgresql", "postgresql-sqlite"],
)


async def played(engine: AsyncEngine, service: BootstrapService) -> LiveEconomy:
    """Play for two days, with edits of an admin's, values at the edges and ids that are gone."""
    await service.run()
    live = LiveEconomy(engine)
    for message in range(3):
        await live.react(message)
    await live.take_gift()
    await live.take_gift(LUIS)
    live.clock.advance(days=1)
    await live.take_gift()
    await live.claim(await live.reward_id("primeros_pasos"))
    gone = await live.add_reward("gone")
    await live.set(besitos_daily_gift=77)
    await run_sql(
        engine,
        f"DELETE FROM rewards WHERE id = {gone}",
        "UPDATE users SET first_name = 'Ñandú 💋 ''\"\\', username = NULL WHERE user_id = 1001",
        "INSERT INTO admin_actions (admin_id, action, target, before, after)"
        " VALUES (7, 'setting', 'besitos_daily_gift', NULL, 'null'),"
        " (7, 'x', 'y', '50', '{\"💰\": [1, null]}')",
        "INSERT INTO outbox_messages (chat_id, method, payload)"
        " VALUES (1001, 'sendMessage', '{\"text\": \"💋\"}')",
    )
    return live


async def stored(engine: AsyncEngine) -> Contents:
    """Return all rows, with times of SQLite's marker and runs, which know no zone, in UTC."""
    found = await contents(engine, times=True)
    for row in (*found["seed_marker"], *found["seed_runs"]):
        for name in {"applied_at", "ran_at"} & set(row):
            row[name] = row[name].replace(tzinfo=UTC)
    return found
