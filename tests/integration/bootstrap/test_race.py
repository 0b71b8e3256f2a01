"""Several real processes at once on one database."""

import asyncio
import re
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.engine import create_engine
from bot.database.errors import DatabaseLocked
from bot.database.schema import AlembicSchema
from bot.database.transaction import exclusive_transaction
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding.report import Counts, Outcome
from tests.support import children
from tests.support.database import add_users, contents, run_sql
from tests.support.processes import race
from tests.support.stepping import SteppedBootstrap
from tests.support.waiting import until

PROCESSES = 8


async def test_eight_starts_on_a_fresh_database(database_url: str, engine: AsyncEngine) -> None:
    """Exactly one of them seeds; all the others find it done and come up, too."""
    reports = race(PROCESSES, children.race, database_url)

    assert {Outcome.SEEDED: 1, Outcome.UP_TO_DATE: PROCESSES - 1} == Counter(
        report.outcome for report in reports
    )
    found = await contents(engine)
    assert [("gamification", 2)] == [(row["seed"], row["version"]) for row in found["seed_marker"]]
    assert ["primeros_pasos", "ahorrador_principiante", "racha_7_dias"] == [
        reward["key"] for reward in found["rewards"]
    ]
    assert (1, 3) == (len(found["bot_config"]), len(found["reward_conditions"]))


@pytest.mark.parametrize("when", ["before", "after"])
async def test_another_start_commits_between_two_looks(
    service: BootstrapService,
    database_url: str,
    manifest: Manifest,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    """The first look finds no table; then they come, before or after the revision is read."""
    current = AlembicSchema.current
    waiting = [create_engine(parse_database_url(database_url))]

    async def interrupted(schema: AlembicSchema, connection: AsyncConnection) -> str | None:
        revision = await current(schema, connection)
        if not waiting:
            return revision
        other = waiting.pop()
        await BootstrapService(other, manifest).run()
        await other.dispose()
        return await current(schema, connection) if when == "before" else revision

    monkeypatch.setattr(AlembicSchema, "current", interrupted)

    assert Outcome.UP_TO_DATE is (await service.run()).outcome


async def test_several_databases_in_one_process(manifest: Manifest, tmp_path: Path) -> None:
    """Tests that run side by side in one event loop do not upgrade each other's schema."""
    urls = [f"sqlite+aiosqlite:///{tmp_path / name}.db" for name in ("one", "two", "three")]
    async with AsyncExitStack() as stack:
        engines = [create_engine(parse_database_url(url)) for url in urls]
        for engine in engines:
            stack.push_async_callback(engine.dispose)

        reports = await asyncio.gather(
            *(BootstrapService(engine, manifest).run() for engine in engines)
        )
        first, second, third = [await contents(engine) for engine in engines]

    assert [Outcome.SEEDED] * 3 == [report.outcome for report in reports]
    assert first == second == third
    assert 3 == len(first["rewards"])


async def test_eight_starts_on_a_damaged_database(
    service: BootstrapService, database_url: str, engine: AsyncEngine
) -> None:
    """With 500 profiles and a setting missing, one heals and nobody gets anything twice."""
    await service.run()
    whole = await contents(engine)
    users = range(1, 501)
    await add_users(engine, *users)
    await run_sql(engine, "UPDATE bot_config SET besitos_daily_gift = NULL")

    reports = race(PROCESSES, children.race, database_url)

    assert {Outcome.HEALED: 1, Outcome.UP_TO_DATE: PROCESSES - 1} == Counter(
        report.outcome for report in reports
    )
    assert {Counts(created=500): 1, Counts(kept=500): PROCESSES - 1} == Counter(
        report.counts("profiles") for report in reports
    )
    found = await contents(engine)
    assert list(users) == [row["user_id"] for row in found.pop("user_gamification_profiles")]
    assert whole | {"users": found["users"]} == found | {"user_gamification_profiles": []}


async def test_lock_is_not_waited_for_longer_than_told(
    database_url: str,
    engine: AsyncEngine,
    manifest: Manifest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who gives up waiting says what to do, having logged that it waits and for whom."""
    caplog.set_level("INFO", "bot.seeding.lock")
    with SteppedBootstrap(database_url) as holder:
        await holder.run_until("CREATE TABLE")

        with pytest.raises(DatabaseLocked, match=r"within 0\.2 s; let it finish or stop it"):
            await BootstrapService(engine, manifest, lock_timeout=0.2).run()

        assert Outcome.SEEDED is (await holder.finish()).outcome
    (waits,) = caplog.messages
    whom = "another process"
    if engine.dialect.name == "postgresql":
        whom = rf"besitos \S+:{holder.pid} \(pid \d+, since 2\d\d\d-\S+ \S+\)"
    assert re.fullmatch(f"waiting for {whom} to release the database lock", waits)


async def test_start_that_waited_finds_all_done(
    service: BootstrapService, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What a start saw before it got the lock counts for nothing, not even in a catalog's cache."""
    caplog.set_level("INFO", "bot.seeding.lock")
    with SteppedBootstrap(database_url) as holder:
        await holder.run_until("COMMIT")
        waiting = asyncio.create_task(service.run())
        await until(lambda: caplog.messages)
        assert Outcome.SEEDED is (await holder.finish()).outcome

    report = await waiting
    assert (Outcome.UP_TO_DATE, False) == (report.outcome, report.changes_something)
    assert report.schema_after == report.schema_before


async def test_lock_ends_with_its_process(
    service: BootstrapService, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A start that waits for a process which is killed goes on by itself."""
    caplog.set_level("INFO", "bot.seeding.lock")
    with SteppedBootstrap(database_url) as holder:
        await holder.run_until("CREATE TABLE")
        waiting = asyncio.create_task(service.run())
        await until(lambda: caplog.messages)
        assert not waiting.done()

        holder.kill()

        assert Outcome.SEEDED is (await waiting).outcome


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_statement_timeout_is_no_lock_timeout(
    engine: AsyncEngine, database_url: str, service: BootstrapService
) -> None:
    """A start waits for the lock for as long as it may, however little a statement may take."""
    name = engine.url.database
    await run_sql(engine, f"ALTER DATABASE {name} SET statement_timeout = '50ms'")
    await engine.dispose()
    other = create_engine(parse_database_url(database_url))
    async with exclusive_transaction(other, 1):
        starting = asyncio.create_task(service.run())
        done, _ = await asyncio.wait([starting], timeout=0.3)
    await other.dispose()

    assert (set(), Outcome.SEEDED) == (done, (await starting).outcome)
