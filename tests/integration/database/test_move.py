"""Move of a database that was played with to another one, of either engine."""

from collections.abc import AsyncIterator
from datetime import UTC
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import move as moving
from bot.database.engine import create_engine
from bot.database.errors import DatabaseError, SchemaError
from bot.database.move import move
from bot.database.schema import head
from bot.database.url import parse_database_url
from bot.errors import BesitosError
from bot.gamification.books import differing_accounts
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.seeding.report import Outcome
from tests.support.database import Contents, contents, run_sql
from tests.support.databases import throw_away
from tests.support.economy import LUIS, LiveEconomy, count_rows
from tests.support.populated import populate

pytestmark = pytest.mark.seeded

ENGINES = ("sqlite", "postgresql")


@pytest.fixture
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """Open an empty database of the engine that the test names, or of each."""
    kind = getattr(request, "param", "sqlite")
    url = f"sqlite+aiosqlite:///{tmp_path / 'target.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("another_postgresql_url")
    engine = create_engine(parse_database_url(url))
    async with engine.connect():
        pass  # makes the file, as the command does
    yield engine
    await engine.dispose()


@pytest.fixture
def another_postgresql_url(postgresql: Any) -> Any:
    """Make a second PostgreSQL database."""
    with throw_away(postgresql) as url:
        yield url


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
    monkeypatch.setattr(moving, "SLICE", 2)
    told: list[tuple[int, int]] = []

    moved = await move(engine, target, progress=lambda done, total: told.append((done, total)))

    assert await stored(engine) == await stored(target)
    total = sum(moved.rows.values())
    assert (total, total) == told[-1]
    assert sorted(told) == told


@to_the_other
async def test_target_that_is_in_use(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine, manifest: Manifest
) -> None:
    """A seeded target is moved into, one with members is left as it is."""
    await played(engine, service)
    await BootstrapService(target, manifest).run()
    await run_sql(target, "INSERT INTO users (user_id, first_name) VALUES (5, 'Eva')")
    before = await stored(target)

    with pytest.raises(DatabaseError, match="The target is in use: 1 row in users"):
        await move(engine, target)

    assert before == await stored(target)
    await run_sql(target, "DELETE FROM users", "UPDATE bot_config SET besitos_daily_gift = 3")
    await move(engine, target)
    assert await stored(engine) == await stored(target)


@to_the_other
@pytest.mark.unseeded
async def test_revisions_must_be_this_releases(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine, manifest: Manifest
) -> None:
    """Nothing is moved from or to another schema."""
    with pytest.raises(SchemaError, match="run `seed apply` on it"):
        await move(engine, target)
    await service.run()
    await BootstrapService(target, manifest).run()
    await run_sql(target, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(SchemaError, match="The target has schema revision 0001"):
        await move(engine, target)
    await run_sql(target, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="does not know"):
        await move(engine, target)


async def test_to_itself(engine: AsyncEngine, service: BootstrapService) -> None:
    """A database is no target of its own, by whatever name it goes."""
    await service.run()
    other = create_engine(engine.url)

    with pytest.raises(DatabaseError, match="the same database"):
        await move(engine, other)

    await other.dispose()


@to_the_other
@pytest.mark.parametrize("broken", ["copy", "check"])
async def test_failure_leaves_nothing_behind(
    engine: AsyncEngine,
    service: BootstrapService,
    target: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    """Whatever fails half-way, the target stays empty, tables included."""
    await played(engine, service)
    results = iter(("books", "other books"))

    async def check(_: AsyncConnection) -> str:
        return next(results)

    async def fail(*_: object) -> None:
        raise TypeError("half-way")

    if broken == "copy":
        monkeypatch.setattr(moving, "_go_on_counting", fail)

    with pytest.raises((DatabaseError, TypeError), match=r"half-way|does not hold"):
        await move(engine, target, check=check)

    assert {} == await contents(target, times=True)


@pytest.mark.parametrize(("database_url", "target"), [("postgresql", "sqlite")], indirect=True)
async def test_rows_behind_a_policy(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine
) -> None:
    """What the role may not see is neither moved nor compared, so nothing is."""
    await played(engine, service)
    await run_sql(
        engine,
        "ALTER TABLE user_reactions ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY nobodys ON user_reactions USING (false)",
        "CREATE ROLE policed",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO policed",
    )
    theirs = create_engine(engine.url)
    event.listen(theirs.sync_engine, "begin", lambda one: one.exec_driver_sql("SET ROLE policed"))

    with pytest.raises(DatabaseError, match=r"row-level security policy for table .user_reactions"):
        await move(theirs, target)

    await theirs.dispose()
    await run_sql(engine, "DROP OWNED BY policed", "DROP ROLE policed")
    assert {} == await contents(target, times=True)


@to_the_other
async def test_source_without_a_table(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine
) -> None:
    """What is wrong with the source is one sentence, too."""
    await service.run()
    await run_sql(engine, "DROP TABLE bot_heartbeat")

    with pytest.raises(DatabaseError, match="bot_heartbeat"):
        await move(engine, target)

    assert {} == await contents(target, times=True)


@pytest.mark.parametrize(("database_url", "target"), [("sqlite", "postgresql")], indirect=True)
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            "UPDATE users SET created_at = 'ayer' WHERE user_id = 2",
            "The row of users with user_id 2",
        ),
        (
            "UPDATE transactions SET amount = 'diez' WHERE id = 2",
            "The row of transactions with id 2",
        ),
        ("UPDATE rewards SET reward_value = '{' WHERE id = 1", "The row of rewards with id 1"),
        (
            "UPDATE users SET first_name = 'A' || char(0) || 'na' WHERE user_id = 1",
            "The row of users with user_id 1",
        ),
        (
            "INSERT INTO user_streaks VALUES (99, 'DAILY_GIFT', 1, 1, '2026-01-01', 1, NULL)",
            "A row of user_streaks",
        ),
    ],
)
async def test_value_that_postgresql_cannot_hold(
    engine: AsyncEngine, service: BootstrapService, target: AsyncEngine, spoil: str, says: str
) -> None:
    """SQLite keeps anything anywhere; the sentence names the row, and nothing is moved."""
    await service.run()
    await populate(engine)
    await run_sql(engine, spoil)

    with pytest.raises(DatabaseError, match=f"^{says} cannot be moved"):
        await move(engine, target)

    assert {} == await contents(target, times=True)


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
