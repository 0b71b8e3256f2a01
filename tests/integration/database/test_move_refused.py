"""Moves that are refused or fail: one sentence says why, and the target is as it was."""

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import copying
from bot.database.engine import create_engine
from bot.database.errors import DatabaseError, SchemaError
from bot.database.move import move
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import contents, run_sql
from tests.support.moving import played, stored, to_the_other
from tests.support.populated import populate

pytestmark = pytest.mark.seeded


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
        monkeypatch.setattr(copying, "_go_on_counting", fail)

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
            "INSERT INTO timezone_changes VALUES ('ayer', 'Europe/Madrid')",
            "A row of timezone_changes",
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
