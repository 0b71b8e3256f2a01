"""Several seeds in one database: one look, one lock, one transaction, a marker for each."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Seeder, SeedError, UnknownSeedName
from tests.support.seeds import (
    CATEGORIES,
    PLANS,
    SETTINGS,
    Shape,
    changed,
    contents,
    create_tables,
    execute,
    query,
)
from tests.support.statements import recorded

SHAPES: tuple[Shape, ...] = (PLANS, SETTINGS, CATEGORIES)
MARKERS = "SELECT seed, version FROM seed_marker ORDER BY seed"


@pytest.fixture
async def seeder(engine: AsyncEngine) -> Seeder:
    """Make the tables of three seeds."""
    for shape in SHAPES:
        await create_tables(engine, shape.metadata)
    return Seeder(engine, [shape.seed for shape in SHAPES])


async def test_each_has_its_marker_and_one_select_sees_them_all(
    engine: AsyncEngine, seeder: Seeder
) -> None:
    """All are seeded in one transaction, and a warm run is one SELECT."""
    with recorded(engine) as statements:
        report = await seeder.run()
    begun = [statement for statement in statements if "advisory" in statement]
    assert 1 == len(begun) or engine.dialect.name == "sqlite"
    assert ["sales", "options", "catalogue"] == [seed.name for seed in report.seeds]
    assert [("catalogue", 1), ("options", 1), ("sales", 1)] == await query(engine, MARKERS)

    with recorded(engine) as statements:
        report = await seeder.run()

    assert (1, Outcome.UP_TO_DATE) == (len(statements), report.outcome)


async def test_only_what_changed_is_written_and_recorded(
    engine: AsyncEngine, seeder: Seeder
) -> None:
    """An upgrade of one seed leaves the others' rows, markers and history alone."""
    await seeder.run()
    upgraded = Seeder(engine, [PLANS.seed, SETTINGS.newer, CATEGORIES.seed])

    with recorded(engine) as statements:
        report = await upgraded.run()

    assert [Outcome.UP_TO_DATE, Outcome.UPGRADED, Outcome.UP_TO_DATE] == [
        seed.outcome for seed in report.seeds
    ]
    assert Outcome.UPGRADED is report.outcome
    written = [one for one in statements if one.startswith(("UPDATE", "INSERT", "DELETE"))]
    assert not [one for one in written if "plans" in one or "categories" in one]
    assert [("catalogue", 1), ("options", 2), ("sales", 1)] == await query(engine, MARKERS)
    assert [("options", "upgraded")] == [
        (run.seed, run.outcome) for run in await upgraded.history() if run.version_before
    ]


async def test_a_failing_seed_fails_them_all(engine: AsyncEngine, seeder: Seeder) -> None:
    """What the first has written is rolled back with the failure of the last."""
    await execute(engine, "DROP TABLE categories")
    await execute(engine, "CREATE TABLE categories (id INTEGER PRIMARY KEY, slug TEXT)")

    with pytest.raises(DBAPIError):
        await seeder.run()

    for shape in (PLANS, SETTINGS):
        assert not any((await contents(engine, shape.metadata)).values())


async def test_a_failing_insert_fails_them_all(engine: AsyncEngine, seeder: Seeder) -> None:
    """Also where it fails in the midst of writing."""
    await seeder.run()
    before = [await contents(engine, shape.metadata) for shape in SHAPES]
    broken = changed(CATEGORIES.newer, 3, {"categories": {"music": {"title": "Violins"}}})
    await execute(engine, "CREATE UNIQUE INDEX once ON categories (title)")

    with pytest.raises(DBAPIError):
        await Seeder(engine, [PLANS.newer, SETTINGS.newer, broken]).run()

    assert before == [await contents(engine, shape.metadata) for shape in SHAPES]
    assert [("catalogue", 1), ("options", 1), ("sales", 1)] == await query(engine, MARKERS)


async def test_revert_and_export_are_of_one_seed(engine: AsyncEngine, seeder: Seeder) -> None:
    """The others keep their markers, and unknown names are refused with the nearest."""
    await seeder.run()

    await seeder.revert("options")

    assert [("catalogue", 1), ("sales", 1)] == await query(engine, MARKERS)
    assert {"plans", "offers"} == set(await seeder.export("sales"))
    for action in (seeder.revert, seeder.export):
        with pytest.raises(UnknownSeedName, match=r"'slaes'.*sales"):
            await action("slaes")


async def test_take_knows_the_names_of_all(engine: AsyncEngine, seeder: Seeder) -> None:
    """A name may be of any seed: a section, a row or a field."""
    await seeder.run()
    await execute(engine, *SETTINGS.edits, "UPDATE plans SET seats = 9, title = 'x'")

    await seeder.take(["settings.daily_limit", "plans.basic", "plans.pro.seats"])

    assert [("basic", "Basic", 1), ("pro", "x", 5)] == await query(
        engine, "SELECT code, title, seats FROM plans ORDER BY 1"
    )
    assert [(20,)] == await query(engine, "SELECT daily_limit FROM settings")
    with pytest.raises(UnknownSeedName, match=r"'plans\.por'.*plans\.pro"):
        await seeder.take(["plans.por"])


async def test_newer_of_one_seed_does_not_stop_the_others(
    engine: AsyncEngine, seeder: Seeder
) -> None:
    """What a newer release has seeded is left alone, all else is healed; nothing is taken back."""
    await Seeder(engine, [SETTINGS.newer]).run()
    await execute(engine, "UPDATE settings SET greeting = NULL")

    report = await seeder.run()

    assert [Outcome.SEEDED, Outcome.NEWER, Outcome.SEEDED] == [
        seed.outcome for seed in report.seeds
    ]
    assert [(None,)] == await query(engine, "SELECT greeting FROM settings")
    assert [("catalogue", 1), ("options", 2), ("sales", 1)] == await query(engine, MARKERS)
    assert not (await seeder.run()).changes_something
    with pytest.raises(SeedError, match="options"):
        await seeder.take(["*"])


async def test_seeds_may_share_names_of_sections(engine: AsyncEngine) -> None:
    """Sections are told apart by their seed, in rows as in notes."""
    (table,) = CATEGORIES.seed.tables
    shop, blog = (
        replace(
            CATEGORIES.seed,
            name=name,
            values={"categories": {"a": {"slug": name, "scope": name, "title": name}}},
            tables=[table],
        )
        for name in ("shop", "blog")
    )
    await create_tables(engine, CATEGORIES.metadata)
    seeder = Seeder(engine, [shop, blog])

    await seeder.run()

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    assert [("blog",), ("shop",)] == await query(engine, "SELECT title FROM categories ORDER BY 1")
