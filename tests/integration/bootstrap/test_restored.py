"""Databases that were restored or copied: what SQL left half done is found and named."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.errors import DatabaseError
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.seeding import Outcome
from tests.support.database import add_users, contents, run_sql
from tests.support.economy import ANA, LiveEconomy
from tests.support.manifests import next_version

pytestmark = pytest.mark.seeded

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@on_postgresql
async def test_next_id_behind_its_rows(service: BootstrapService, engine: AsyncEngine) -> None:
    """A copy with explicit ids leaves the sequence behind: found, named, healed, paid."""
    await service.run()
    await add_users(engine, ANA)
    await run_sql(
        engine,
        "INSERT INTO user_gamification_profiles (user_id, balance, total_earned)"
        f" VALUES ({ANA}, 5, 5)",
        "INSERT INTO transactions (id, user_id, amount, type, reference)"
        f" VALUES (1, {ANA}, 5, 'ADMIN_GRANT', 'before')",
    )

    found = await service.inspect()
    planned = await service.plan()
    healed = await service.run()

    assert ["set the next id of transactions behind its rows"] == list(found.pending())
    assert list(found.pending()) == list(planned.pending())
    assert (Outcome.HEALED, True) == (healed.outcome, healed.changes_something)
    assert Outcome.UP_TO_DATE is (await service.run()).outcome
    live = LiveEconomy(engine)
    assert 5 == (await live.react(1)).paid
    await live.assert_books_balance()


async def test_two_manifests_that_take_turns(
    service: BootstrapService, engine: AsyncEngine, manifest: Manifest
) -> None:
    """Values that come and go at one version are warned of, with both sides, and stay possible."""
    other = BootstrapService(engine, next_version(manifest, version=2, besitos_daily_gift=500))
    await service.run()
    assert () == (await other.run()).notes

    looked = await service.inspect()
    (note,) = (await service.run()).notes

    assert (note,) == looked.notes
    assert "config.besitos_daily_gift is set from 500 back to 50" in note
    assert "two manifests seem to take turns" in note
    newest, *_ = await service.history()
    assert [note] == newest.notes
    assert 50 == (await contents(engine))["bot_config"][0]["besitos_daily_gift"]


async def test_history_of_what_changed(
    service: BootstrapService, engine: AsyncEngine, manifest: Manifest
) -> None:
    """One row for each run that changed something, with what it replaced; none for an idle one."""
    await service.run()
    await service.run()
    await run_sql(engine, "UPDATE bot_config SET besitos_per_reaction = 9")
    newer = BootstrapService(engine, next_version(manifest, besitos_daily_gift=60))
    await newer.run()
    await newer.take(["config.besitos_per_reaction"])
    await newer.revert()

    runs = await newer.history()

    assert ["reverted", "taken", "upgraded", "seeded"] == [run.outcome for run in runs]
    assert [(3, None), (3, 3), (2, 3), (None, 2)] == [
        (run.version_before, run.version_after) for run in runs
    ]
    assert [{"name": "config.besitos_daily_gift", "before": 50, "after": 60}] == runs[2].changes
    assert [{"name": "config.besitos_per_reaction", "before": 9, "after": 5}] == runs[1].changes
    assert {"created": 9, "updated": 0, "kept": 0} == runs[3].counts["config"]


async def test_revert_says_what_it_drops(service: BootstrapService, engine: AsyncEngine) -> None:
    """Every edited value, by name and value, before and after it is gone."""
    await service.run()
    await run_sql(engine, "UPDATE bot_config SET besitos_daily_gift = 77")

    foretold = await service.revert(dry_run=True)
    assert Outcome.UP_TO_DATE is (await service.inspect()).outcome
    done = await service.revert()

    assert {"config.besitos_daily_gift": 77} == done.seeds[0].dropped()
    assert foretold.seeds[0].dropped() == done.seeds[0].dropped()


@pytest.mark.parametrize("names", [["config.besitos_daily_gift"], ["config"], ["*"]])
async def test_taken_edits_follow_the_manifest_again(
    service: BootstrapService, engine: AsyncEngine, manifest: Manifest, names: list[str]
) -> None:
    """What was taken back is no edit any more: the next version moves it."""
    await service.run()
    await run_sql(engine, "UPDATE bot_config SET besitos_daily_gift = 77")

    taken = await service.take(names)
    await BootstrapService(engine, next_version(manifest, besitos_daily_gift=60)).run()

    assert Outcome.TAKEN is taken.outcome
    assert 60 == (await contents(engine))["bot_config"][0]["besitos_daily_gift"]


@pytest.mark.parametrize(
    "damage", ["changes = '[3]'", "changes = 'null'", "changes = '[{}]'", "counts = '[]'"]
)
async def test_damaged_history_is_said(
    service: BootstrapService, engine: AsyncEngine, damage: str
) -> None:
    """Whoever asks for the history reads which table holds what it cannot; a start goes on."""
    await service.run()
    await run_sql(engine, f"UPDATE seed_runs SET {damage}")

    with pytest.raises(DatabaseError, match="seed_runs"):
        await service.history()

    assert Outcome.UP_TO_DATE is (await service.run()).outcome


@pytest.mark.unseeded
async def test_export_of_nothing(service: BootstrapService) -> None:
    """A database that is not there yet has nothing to export, and says what to do."""
    with pytest.raises(DatabaseError, match="has not been seeded"):
        await service.export()
