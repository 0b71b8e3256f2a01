"""Tariffs, a tree of categories, settings and a default per user: what is special in each."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Seeder
from tests.support.seeds import (
    CATEGORIES,
    PREFERENCES,
    SETTINGS,
    SOMEBODY,
    TARIFFS,
    Period,
    contents,
    create_tables,
    execute,
    query,
    seeded,
)


async def test_tariffs_are_written_as_their_types(engine: AsyncEngine) -> None:
    """Prices are exact, periods members, trials spans and limits JSON; the rest has its default."""
    await seeded(engine, TARIFFS)

    found = {row["code"]: row for row in (await contents(engine, TARIFFS.metadata))["tariffs"]}

    assert {
        "code": "team",
        "title": "Equipo",
        "price": Decimal("9.90"),
        "period": Period.MONTHLY,
        "trial": timedelta(days=14),
        "limits": {"seats": 10, "regions": ["eu", "us"], "note": "it's 100% ñ"},
        "is_public": True,
    } == found["team"]
    assert (Decimal("199.50"), Period.YEARLY, False) == (
        found["firm"]["price"],
        found["firm"]["period"],
        found["firm"]["is_public"],
    )


async def test_edited_price_is_kept(engine: AsyncEngine) -> None:
    """An upgrade moves what nobody touched, and keeps the price and limits that an admin set."""
    await seeded(engine, TARIFFS)
    await execute(engine, *TARIFFS.edits)

    report = await Seeder(engine, [TARIFFS.newer]).run()

    found = {row["code"]: row for row in (await contents(engine, TARIFFS.metadata))["tariffs"]}
    assert (Decimal("7.50"), Period.YEARLY) == (found["team"]["price"], found["team"]["period"])
    # NULL counts as the default's absence, whichever side says so.
    assert (None, timedelta(hours=1, microseconds=5)) == (
        found["team"]["trial"],
        found["free"]["trial"],
    )
    assert ({"seats": 3}, Decimal(250)) == (found["free"]["limits"], found["firm"]["price"])
    assert {
        "tariffs.team.price": ("7.50", "12.90"),
        "tariffs.free.limits": ({"seats": 3}, {"seats": 2}),
    } == report.seeds[0].kept()


async def test_same_price_in_other_digits_is_no_edit(engine: AsyncEngine) -> None:
    """9.9, 9.90 and an engine's own spelling of JSON are the same as what was seeded."""
    seeder = await seeded(engine, TARIFFS)
    await execute(
        engine,
        "UPDATE tariffs SET price = 9.9 WHERE code = 'team'",
        "UPDATE tariffs SET limits = ' {\"seats\" :  1}' WHERE code = 'free'",
    )

    report = await seeder.run()

    assert (Outcome.UP_TO_DATE, {}) == (report.outcome, report.seeds[0].kept())


async def test_row_without_our_key_is_adopted_by_its_name(engine: AsyncEngine) -> None:
    """A row of the same name, as people see it, gets our key; its values are edits and stay."""
    await create_tables(
        engine,
        TARIFFS.metadata,
        "INSERT INTO tariffs (code, title, price, period)"
        " VALUES ('alt', ' GRATIS ', 3, 'YEARLY'), ('other', 'Equipos', 4, 'YEARLY')",
    )

    report = await Seeder(engine, [TARIFFS.seed]).run()

    found = {row["code"]: row for row in (await contents(engine, TARIFFS.metadata))["tariffs"]}
    assert {"free", "team", "firm", "other"} == set(found)
    assert (" GRATIS ", Decimal(3), {"seats": 1}) == (
        found["free"]["title"],
        found["free"]["price"],
        found["free"]["limits"],
    )
    assert (2, 1, 1) == (
        report.counts("tariffs").created,
        report.counts("tariffs").updated,
        report.counts("tariffs").kept,
    )


async def test_adopted_row_is_merged_with_the_markers_base(engine: AsyncEngine) -> None:
    """A seeded row that lost its key follows the manifest where it still is as it was seeded."""
    await seeded(engine, TARIFFS)
    await execute(engine, "UPDATE tariffs SET code = 'lost', price = 8 WHERE code = 'team'")

    report = await Seeder(engine, [TARIFFS.newer]).run()

    found = {row["code"]: row for row in (await contents(engine, TARIFFS.metadata))["tariffs"]}
    assert {"free", "team", "firm"} == set(found)
    assert (Decimal(8), Period.YEARLY) == (found["team"]["price"], found["team"]["period"])
    assert {"tariffs.team.price": ("8.00", "12.90")} == report.seeds[0].kept()


async def test_categories_are_written_parents_first(engine: AsyncEngine) -> None:
    """Rows refer to rows of their own section by label, whatever order the manifest has."""
    await seeded(engine, CATEGORIES)

    assert {
        ("music", "shop"): None,
        ("music", "blog"): None,
        ("strings", "shop"): "shop:music",
        ("violin", "shop"): "shop:strings",
    } == await parents(engine)


async def test_moved_category_is_kept_and_others_move(engine: AsyncEngine) -> None:
    """A parent that an admin chose stays, one that the manifest changed follows it."""
    await seeded(engine, CATEGORIES)
    await execute(engine, *CATEGORIES.edits)

    report = await Seeder(engine, [CATEGORIES.newer]).run()

    found = await parents(engine)
    assert ("shop:bowed", "shop:strings", "shop:misc") == (
        found["violin", "shop"],
        found["bowed", "shop"],
        found["strings", "shop"],
    )
    assert {
        "categories.blog.title": ("Música", "About music"),
        "categories.strings.parent_id": ('["misc", "shop"]', "music"),
    } == report.seeds[0].kept()


async def test_label_is_no_part_of_a_key_of_two_columns(engine: AsyncEngine) -> None:
    """A row called differently in the manifest is the same row; one of another key is another."""
    await seeded(engine, CATEGORIES)
    values = {
        "strings": {"slug": "strings", "scope": "shop", "title": "Chordophones"},  # edited by none
        "on_music": {"slug": "music", "scope": "blog", "title": "New title"},
        "music": {"slug": "sounds", "scope": "shop", "title": "Sounds"},
    }
    newer = replace(CATEGORIES.seed, version=2, values={"categories": values})

    report = await Seeder(engine, [newer]).run()

    assert {} == report.seeds[0].kept()
    assert [
        ("blog", "music", "New title"),
        ("shop", "music", "Music"),
        ("shop", "sounds", "Sounds"),
        ("shop", "strings", "Chordophones"),
        ("shop", "violin", "Violins"),
    ] == await query(engine, "SELECT scope, slug, title FROM categories ORDER BY 1, 2")


async def test_settings_are_merged_field_by_field(engine: AsyncEngine) -> None:
    """An edited field stays, the others follow; a single row may have the key 0."""
    await seeded(engine, SETTINGS)
    await execute(engine, *SETTINGS.edits)

    report = await Seeder(engine, [SETTINGS.newer]).run()

    assert [(1, "Hello", 77, "loud")] == await query(
        engine, "SELECT id, greeting, daily_limit, mode FROM settings"
    )
    assert [(0, False)] == [
        (key, bool(value)) for key, value in await query(engine, "SELECT id, is_open FROM switches")
    ]
    assert {"settings.daily_limit": (77, 30)} == report.seeds[0].kept()
    counts = report.counts("settings")
    assert (0, 2, 1) == (counts.created, counts.updated, counts.kept)


async def test_other_rows_of_a_settings_table_are_not_ours(engine: AsyncEngine) -> None:
    """A single row is found by its key and by nothing else."""
    await create_tables(
        engine,
        SETTINGS.metadata,
        "INSERT INTO settings (id, greeting, mode) VALUES (2, 'of another', 'loud')",
    )
    seeder = Seeder(engine, [SETTINGS.seed])

    await seeder.run()
    await seeder.revert("options")

    assert [(1, None), (2, "of another")] == await query(
        engine, "SELECT id, greeting FROM settings ORDER BY id"
    )


async def test_revert_tells_the_edits_that_it_drops(engine: AsyncEngine) -> None:
    """A dry run of a revert names each edited value, and writes nothing."""
    seeder = await seeded(engine, SETTINGS)
    await execute(engine, *SETTINGS.edits)
    before = await contents(engine, SETTINGS.metadata)

    report = await seeder.revert("options", dry_run=True)

    assert {"settings.daily_limit": 77} == report.seeds[0].dropped()
    assert before == await contents(engine, SETTINGS.metadata)
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_everybody_gets_a_row_of_their_own(engine: AsyncEngine) -> None:
    """Rows are found by the column that names the user, and may be computed from the user's."""
    await create_tables(
        engine,
        PREFERENCES.metadata,
        SOMEBODY,
        "INSERT INTO preferences (owner_id, theme, language) VALUES (7, 'dark', 'fr')",
    )
    seeder = Seeder(engine, [PREFERENCES.seed])

    planned = await seeder.plan()
    report = await seeder.run()

    assert [-5, 9000000000] == planned.seeds[0].as_json()["keys"]["preferences"]
    assert ["create 2 missing preferences", "record version 1 of the seed people"] == list(
        report.pending()
    )
    assert [(-5, "light", "en", 3), (7, "dark", "fr", None), (9000000000, "light", "pt", 3)] == [
        (*row[:3], json.loads(row[3])["daily"] if row[3] else None)
        for row in await query(
            engine,
            "SELECT owner_id, theme, language, CAST(limits AS text) FROM preferences ORDER BY 1",
        )
    ]


async def parents(engine: AsyncEngine) -> dict[tuple[str, str], str | None]:
    """Return the parent of each category."""
    found = (await contents(engine, CATEGORIES.metadata))["categories"]
    return {(row["slug"], row["scope"]): row["parent_id"] for row in found}
