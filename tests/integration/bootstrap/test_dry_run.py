"""`plan` says what `run` then does, row for row, and changes nothing itself."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_reading_engine
from bot.database.url import parse_database_url, sqlite_file
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding import Report
from bot.seeding.plan import Action
from tests.support.database import Contents, contents, run_sql
from tests.support.manifests import next_version, with_reward
from tests.support.populated import populate

LOSSES = (
    "DELETE FROM user_gamification_profiles WHERE user_id IN (2, 3)",
    "UPDATE bot_config SET max_reactions_per_day = NULL",
    "DELETE FROM reward_conditions WHERE condition_type = 'TOTAL_POINTS'",
    "DELETE FROM reward_conditions WHERE condition_type = 'STREAK_LENGTH'",
    "DELETE FROM rewards WHERE key = 'racha_7_dias'",
)


async def _seeded_by_an_older_release(engine: AsyncEngine, manifest: Manifest) -> BootstrapService:
    """Prepare a database in which a start has something of everything to do."""
    await BootstrapService(engine, manifest).run()
    await populate(engine)
    await run_sql(engine, *LOSSES)
    newer = with_reward(
        next_version(manifest, besitos_daily_gift=60, besitos_per_reaction=6),
        "primeros_pasos",
        description="Otro texto.",
        sort_order=7,
    )
    return BootstrapService(engine, newer)


async def test_plan_equals_run(engine: AsyncEngine, manifest: Manifest) -> None:
    """The dry run and the real one report the same rows; only the dry one lists profiles."""
    service = await _seeded_by_an_older_release(engine, manifest)

    planned, done = await service.plan(), await service.run()

    assert _comparable(planned) == _comparable(done)
    assert ([2, 3], None) == (
        planned.seeds[0].backfills[0].keys,
        done.seeds[0].backfills[0].keys,
    )


#: What differs in a profile that is made from one that is not there.
NEW_PROFILE = {"level": 1, "last_earned_id": 0, "left_at": None, "total_taken": 0}


async def test_plan_equals_what_changed(engine: AsyncEngine, manifest: Manifest) -> None:
    """The rows of the plan are exactly the differences between before and after."""
    service = await _seeded_by_an_older_release(engine, manifest)
    before = await contents(engine)

    planned = await service.plan()
    assert before == await contents(engine)
    await service.run()

    assert _differences(before, await contents(engine)) == {
        (row.table, row.name, name): after
        for row in planned.rows
        for name, (_, after) in row.changes.items()
        if name not in {"conditions", "key"}
    } | {
        ("user_gamification_profiles", str(user_id), name): value
        for user_id in (2, 3)
        for name, value in NEW_PROFILE.items()
    }
    restored = {row.name for row in planned.rows if "conditions" in row.changes}
    assert {"ahorrador_principiante", "racha_7_dias"} == restored


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_plan_leaves_the_file_as_it_is(engine: AsyncEngine, manifest: Manifest) -> None:
    """Not one byte of a SQLite file changes, whatever its journal mode."""
    service = await _seeded_by_an_older_release(engine, manifest)
    await engine.dispose()
    file = sqlite_file(engine.url)
    assert file is not None
    with closing(sqlite3.connect(file)) as shell:
        shell.execute("PRAGMA journal_mode = DELETE")
    before = hashlib.sha256(file.read_bytes()).hexdigest()

    await service.plan()
    await engine.dispose()

    assert before == hashlib.sha256(file.read_bytes()).hexdigest()


async def test_plan_of_nothing(tmp_path: Path, manifest: Manifest) -> None:
    """A SQLite file that does not exist is planned for and not created."""
    file = tmp_path / "new.db"
    engine = create_reading_engine(parse_database_url(f"sqlite:///{file}"))

    report = await BootstrapService(engine, manifest).plan()
    await engine.dispose()

    assert [Action.INSERT] * 4 == [row.action for row in report.rows]
    assert not file.exists()


def _comparable(report: Report) -> dict[str, object]:
    document = report.as_json()
    document.pop("milliseconds")
    document["seeds"][0].pop("keys")
    return document


def _differences(before: Contents, after: Contents) -> dict[tuple[str, str, str], object]:
    """Return every field that is new or different, apart from keys and what we compare apart."""
    skipped = {"id", "user_id", "balance", "total_earned", "total_spent"}
    found: dict[tuple[str, str, str], object] = {}
    for table in ("bot_config", "rewards", "user_gamification_profiles"):
        identity = {"rewards": "key", "bot_config": "id"}.get(table, "user_id")
        old = {row[identity]: row for row in before[table]}
        for row in after[table]:
            was = old.get(row[identity], {})
            for name, value in row.items():
                is_key = name in skipped or (name == identity and was)
                if not is_key and (not was or was[name] != value) and name != "key":
                    found[table, str(row[identity]), name] = value
    return found
