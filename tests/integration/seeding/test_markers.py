"""Markers that are damaged or newer, and values that come and go between two manifests."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Seeder, SeedError
from tests.support.seeds import SETTINGS, changed, execute, query, seeded

DAMAGES = {
    "a version of text": "UPDATE seed_marker SET version = 'two'",
    "a version of bytes": "UPDATE seed_marker SET version = x'31'",
    "a time of text": "UPDATE seed_marker SET applied_at = 'yesterday'",
    "no JSON": "UPDATE seed_marker SET applied_values = '{settings'",
}
DAMAGES_OF_ANY = {
    "a list": "UPDATE seed_marker SET applied_values = '[1]'",
    "a text": "UPDATE seed_marker SET applied_values = '\"x\"'",
    "a section of text": 'UPDATE seed_marker SET applied_values = \'{"settings": "x"}\'',
    "null": "UPDATE seed_marker SET applied_values = 'null'",
}


@pytest.mark.parametrize(
    ("database_url", "damage"),
    [
        *(("sqlite", damage) for damage in DAMAGES | DAMAGES_OF_ANY),
        *(("postgresql", damage) for damage in DAMAGES_OF_ANY),
    ],
    indirect=["database_url"],
)
async def test_damaged_marker_is_one_sentence(engine: AsyncEngine, damage: str) -> None:
    """It names the row and the way out, in every action, and nothing is written."""
    seeder = await seeded(engine, SETTINGS)
    await execute(engine, *SETTINGS.edits, (DAMAGES | DAMAGES_OF_ANY)[damage])

    for action in (seeder.inspect(), seeder.run(), seeder.plan(), seeder.take(["*"])):
        with pytest.raises(SeedError, match=r"'options'.*seed_marker.*delete that row"):
            await action

    assert [(77,)] == await query(engine, "SELECT daily_limit FROM settings")
    await execute(engine, "DELETE FROM seed_marker")
    report = await Seeder(engine, [SETTINGS.newer]).run()
    assert Outcome.SEEDED is report.outcome
    assert (77, 30) == report.seeds[0].kept()["settings.daily_limit"]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ("{}", {"greeting", "daily_limit", "fee", "mode"}),
        ('{"settings": {}, "switches": {}, "gone": {"a": {"b": 1}}}', {"greeting", "daily_limit"}),
        ('{"settings": {"greeting": 5, "daily_limit": "20", "fee": "x"}}', {"greeting"}),
        ('{"settings": {"a": {"greeting": "x"}, "mode": ["quiet"]}}', {"greeting", "mode"}),
    ],
)
async def test_marker_of_another_shape(engine: AsyncEngine, values: str, kept: set[str]) -> None:
    """What a manifest of another declaration has left is no base, and does no harm."""
    await seeded(engine, SETTINGS)
    await execute(engine, f"UPDATE seed_marker SET applied_values = '{values}'")

    report = await Seeder(engine, [SETTINGS.newer]).run()

    assert {f"settings.{name}" for name in kept - {"fee"}} <= set(report.seeds[0].kept())
    assert Outcome.UP_TO_DATE is (await Seeder(engine, [SETTINGS.newer]).run()).outcome


async def test_newer_marker_is_left_alone(engine: AsyncEngine) -> None:
    """An older release says so and writes nothing; its revert is refused by nobody."""
    await seeded(engine, SETTINGS)
    await Seeder(engine, [SETTINGS.newer]).run()
    await execute(engine, "UPDATE settings SET mode = 'other', fee = NULL")
    older = Seeder(engine, [SETTINGS.seed])

    report = await older.run()

    assert (Outcome.NEWER, False) == (report.outcome, report.changes_something)
    assert [] == list(report.pending())
    assert [("other", None)] == await query(engine, "SELECT mode, fee FROM settings")
    assert [(2,)] == await query(engine, "SELECT version FROM seed_marker")


async def test_two_manifests_of_one_version_that_take_turns(engine: AsyncEngine) -> None:
    """The first change is silent, each one back is a warning that names both sides."""
    one = Seeder(engine, [SETTINGS.seed], release="r1", clock=lambda: noon(1))
    other = Seeder(
        engine,
        [changed(SETTINGS.seed, 1, {"settings": {"daily_limit": 500}})],  # type: ignore[dict-item]
        release="r2",
        clock=lambda: noon(2),
    )
    await seeded(engine, SETTINGS)
    await execute(engine, "UPDATE seed_marker SET release = 'r1'")
    first = await other.run()
    assert (Outcome.UPGRADED, ()) == (first.outcome, first.notes)

    looked, back = await one.inspect(), await one.run()

    (note,) = back.notes
    assert looked.notes == back.notes
    for word in ("settings.daily_limit", "500", "20", "r2", "2026-01-02 12:00"):
        assert word in note
    newest, *_ = await one.history()
    assert [note] == newest.notes


async def test_default_that_comes_back_in_a_later_version_is_no_warning(
    engine: AsyncEngine,
) -> None:
    """Who raises the version says that it is meant."""
    await seeded(engine, SETTINGS)
    for version, limit in ((2, 500), (3, 20), (4, 500)):
        newer = changed(SETTINGS.seed, version)
        newer = changed(newer, version, {"settings": {"daily_limit": limit}})  # type: ignore[dict-item]

        report = await Seeder(engine, [newer]).run()

        assert (Outcome.UPGRADED, ()) == (report.outcome, report.notes)
        assert [(limit,)] == await query(engine, "SELECT daily_limit FROM settings")


async def test_edit_taken_back_is_no_warning(engine: AsyncEngine) -> None:
    """Values that an admin sets and gives back are no manifest's."""
    seeder = await seeded(engine, SETTINGS)
    for _ in range(2):
        await execute(engine, *SETTINGS.edits)

        report = await seeder.take(["settings"])

        assert (Outcome.TAKEN, ()) == (report.outcome, report.notes)


async def test_times_of_history_have_a_zone(engine: AsyncEngine) -> None:
    """Also where the database stores none."""
    seeder = Seeder(engine, [SETTINGS.seed], clock=lambda: noon(5), release="r")
    await seeded(engine, SETTINGS)
    await execute(engine, "DELETE FROM seed_runs", "DELETE FROM seed_marker")

    await seeder.run()

    (run,) = await seeder.history()
    assert (noon(5), "options", "seeded", "r") == (run.ran_at, run.seed, run.outcome, run.release)
    assert "2026-01-05T12:00:00+00:00" == run.as_json()["ran_at"]


def noon(day: int) -> datetime:
    """Return a time."""
    return datetime(2026, 1, day, 12, tzinfo=UTC)
