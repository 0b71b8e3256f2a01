"""Move of a database that was played with to another one, of either engine."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import copying
from bot.database.move import move
from bot.database.schema import head
from bot.errors import BesitosError
from bot.gamification.books import differing_accounts
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.seeding.report import Outcome
from tests.support.economy import LUIS, LiveEconomy, count_rows
from tests.support.moving import each_way, played, stored, to_the_other

pytestmark = pytest.mark.seeded


@each_way
async def test_members_play_on(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine, manifest: Manifest
) -> None:
    """All rows arrive as they were; what was paid stays paid, and all else goes on."""
    live = await played(engine, service)
    nulls = await _null_kinds(engine)

    moved = await move(engine, target, check=differing_accounts)

    before = await stored(engine)
    after = await stored(target)
    assert {} == {n: (before[n], after[n]) for n in before if before[n] != after[n]}
    assert nulls == await _null_kinds(target)
    assert head() == moved.revision
    assert {name: len(rows) for name, rows in before.items() if name != "alembic_version"} == (
        moved.rows
    )
    assert Outcome.UP_TO_DATE is (await BootstrapService(target, manifest).run()).outcome
    for economy in (LiveEconomy(target, live.clock), live):
        await _play_on(economy)
    assert await _ledger(engine) == await _ledger(target)


async def _play_on(live: LiveEconomy) -> None:
    """Do what is paid no second time, and what is paid now."""
    lines = await count_rows(live.engine, "transactions")
    await live.react(1)
    with pytest.raises(GiftAlreadyTaken):
        await live.take_gift()
    with pytest.raises(BesitosError):
        await live.claim(await live.reward_id("primeros_pasos"))
    assert lines == await count_rows(live.engine, "transactions")
    await live.react(11)
    await live.take_gift(LUIS)
    await live.add_reward("new", ("FIRST_REACTION", None))
    await live.act()
    await live.claim(await live.reward_id("new"))
    assert lines + 4 == await count_rows(live.engine, "transactions")  # the activity bonus, too
    await live.assert_books_balance()


async def _ledger(engine: AsyncEngine) -> list[tuple[Any, ...]]:
    query = "SELECT id, user_id, amount, type, reference FROM transactions ORDER BY id"
    rewards = "SELECT id, key FROM rewards ORDER BY id"
    async with engine.connect() as connection:
        found = [tuple(row) for row in await connection.execute(text(query))]
        return found + [tuple(row) for row in await connection.execute(text(rewards))]


async def _null_kinds(engine: AsyncEngine) -> list[tuple[Any, ...]]:
    query = "SELECT id, before IS NULL, after IS NULL FROM admin_actions ORDER BY id"
    async with engine.connect() as connection:
        return [tuple(map(bool, row)) for row in await connection.execute(text(query))]


@to_the_other
async def test_in_slices(
    engine: AsyncEngine,
    service: BootstrapService,
    target: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tables are read by their keys, of one column or three, and progress is told."""
    await played(engine, service)
    monkeypatch.setattr(copying, "SLICE", 2)
    told: list[tuple[int, int]] = []

    moved = await move(engine, target, progress=lambda done, total: told.append((done, total)))

    assert await stored(engine) == await stored(target)
    total = sum(moved.rows.values())
    assert (total, total) == told[-1]
    assert sorted(told) == told


@pytest.mark.parametrize(("database_url", "target"), [("postgresql", "sqlite")], indirect=True)
async def test_as_of_one_moment(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine
) -> None:
    """What a bot writes meanwhile is not moved, not even in part."""
    live = await played(engine, service)
    before = await stored(engine)

    async def write(_: AsyncConnection) -> None:
        await live.react(int(live.clock.now.timestamp()))

    await move(engine, target, check=write)

    assert before == await stored(target)
    assert before != await stored(engine)
