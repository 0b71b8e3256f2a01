"""Every action over every shape of seed: what holds for all of them."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Report, Seeder
from tests.support.seeds import (
    PREFERENCES,
    SHAPES,
    SOMEBODY,
    Shape,
    contents,
    create_tables,
    execute,
    query,
)
from tests.support.statements import recorded


@pytest.fixture(params=SHAPES)
async def shape(request: pytest.FixtureRequest, engine: AsyncEngine) -> Shape:
    """Make the tables of each shape, with a few users where a seed is about them."""
    shape = SHAPES[request.param]
    await create_tables(engine, shape.metadata, *([SOMEBODY] if shape is PREFERENCES else []))
    return shape


async def test_first_seeding_then_an_idle_run(engine: AsyncEngine, shape: Shape) -> None:
    """The first run seeds, the second is a single SELECT."""
    seeder = Seeder(engine, [shape.seed])
    assert Outcome.SEEDED is (await seeder.run()).outcome
    found = await contents(engine, shape.metadata)

    with recorded(engine) as statements:
        report = await seeder.run()

    assert (Outcome.UP_TO_DATE, False) == (report.outcome, report.changes_something)
    assert [] == list(report.pending())
    assert ["SELECT"] == [statement.split()[0] for statement in statements]
    assert found == await contents(engine, shape.metadata)
    assert [(shape.seed.name, 1)] == await query(engine, "SELECT seed, version FROM seed_marker")
    assert [("seeded",)] == await query(engine, "SELECT outcome FROM seed_runs")


@pytest.mark.parametrize("situation", ["new", "edited", "emptied"])
async def test_plan_is_what_a_run_does(engine: AsyncEngine, shape: Shape, situation: str) -> None:
    """A plan reports what the run behind it does, and leaves everything as it was."""
    if situation != "new":
        await Seeder(engine, [shape.seed]).run()
        await execute(engine, *(shape.edits if situation == "edited" else ()))
        await execute(engine, *(shape.deletions if situation == "emptied" else ()))
    seeder = Seeder(engine, [shape.newer if situation == "edited" else shape.seed])
    before = await contents(engine, shape.metadata)

    looked, planned = await seeder.inspect(), await seeder.plan()

    assert before == await contents(engine, shape.metadata)
    done = await seeder.run()
    assert said(done) == said(planned)
    assert said(done) == said(looked)
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_healing(engine: AsyncEngine, shape: Shape) -> None:
    """Whatever is gone comes back as it was, at an unchanged version."""
    seeder = Seeder(engine, [shape.seed])
    await seeder.run()
    found = await contents(engine, shape.metadata)
    await execute(engine, *shape.deletions)

    report = await seeder.run()

    assert Outcome.HEALED is report.outcome
    assert found == await contents(engine, shape.metadata)


async def test_take_gives_back_every_edit(engine: AsyncEngine, shape: Shape) -> None:
    """After `take` of all, what the seed speaks of is as it was seeded."""
    seeder = Seeder(engine, [shape.seed])
    await seeder.run()
    values = await seeder.export(shape.seed.name)
    await execute(engine, *shape.edits)

    planned = await seeder.plan(["*"])
    report = await seeder.take(["*"])

    assert said(report) == said(planned)
    assert (Outcome.TAKEN if shape.edits else Outcome.UP_TO_DATE) is report.outcome
    exported = await seeder.export(shape.seed.name)
    for section, rows in values.items():
        assert rows == {name: exported[section][name] for name in rows}
    assert {} == report.seeds[0].kept()
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_revert_and_seed_again(engine: AsyncEngine, shape: Shape) -> None:
    """A revert takes the marker and the settings; the next run seeds what is missing then."""
    seeder = Seeder(engine, [shape.seed])
    await seeder.run()
    found = await contents(engine, shape.metadata)

    report = await seeder.revert(shape.seed.name)

    assert Outcome.REVERTED is report.outcome
    assert [] == await query(engine, "SELECT seed FROM seed_marker")
    single = {table.table.name for table in shape.seed.tables if table.single is not None}
    left = await contents(engine, shape.metadata)
    assert {name: found[name] for name in found if name not in single} == {
        name: left[name] for name in left if name not in single
    }
    assert Outcome.SEEDED is (await seeder.run()).outcome
    assert found == await contents(engine, shape.metadata)


async def test_export_seeds_the_same_database(engine: AsyncEngine, shape: Shape) -> None:
    """What an edited database exports, applied to an empty one, gives the same, again and again."""
    seeder = Seeder(engine, [shape.seed])
    await seeder.run()
    await execute(engine, *shape.edits)
    found = await contents(engine, shape.metadata)
    exported = await seeder.export(shape.seed.name)

    async with engine.begin() as connection:
        await connection.run_sync(shape.metadata.drop_all)
        await connection.exec_driver_sql("DELETE FROM seed_marker")
    await create_tables(engine, shape.metadata, *([SOMEBODY] if shape is PREFERENCES else []))
    seeder = Seeder(engine, [replace(shape.seed, values=exported)])
    await seeder.run()

    assert found == await contents(engine, shape.metadata)
    assert exported == await seeder.export(shape.seed.name)


def said(report: Report) -> dict[str, object]:
    """Return what two reports of the same work have in common."""
    found = report.as_json()
    for seed in found["seeds"]:
        del seed["keys"]  # only a plan lists them
    return {name: value for name, value in found.items() if name != "milliseconds"}
