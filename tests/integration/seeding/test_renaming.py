"""A key that has a new name in the manifest: the same row goes on."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Seeder
from tests.support.seeds import CATEGORIES, PLANS, ROLES, contents, execute, query, seeded

CODES = "SELECT code, title, seats FROM plans ORDER BY code"
OFFERS = (
    "SELECT o.code, p.code, o.percent FROM offers o JOIN plans p ON p.id = o.plan_id ORDER BY 1"
)


async def test_edits_and_references_go_along(engine: AsyncEngine) -> None:
    """The row gets its new key; what an admin edited stays, all else follows the manifest."""
    await seeded(engine, PLANS)
    ((number,),) = await query(engine, "SELECT id FROM plans WHERE code = 'basic'")
    await execute(engine, *PLANS.edits)

    report = await Seeder(engine, [PLANS.newer]).run()

    assert [("pro", "Pro", 5), ("starter", "Starter", 3)] == await query(engine, CODES)
    assert [(number,)] == await query(engine, "SELECT id FROM plans WHERE code = 'starter'")
    assert [("autumn", "pro", 20), ("spring", "starter", 15)] == await query(engine, OFFERS)
    assert {"plans.starter.seats": (3, 2)} == report.seeds[0].kept()
    assert Outcome.UP_TO_DATE is (await Seeder(engine, [PLANS.newer]).run()).outcome


async def test_both_names_present(engine: AsyncEngine) -> None:
    """Where the new name is taken already, that row is it, and the old one stays untouched."""
    await seeded(engine, PLANS)
    await execute(engine, "INSERT INTO plans (code, title, seats) VALUES ('starter', 'Mine', 9)")

    report = await Seeder(engine, [PLANS.newer]).run()

    assert [("basic", "Basic", 1), ("pro", "Pro", 5), ("starter", "Mine", 9)] == await query(
        engine, CODES
    )
    assert {"plans.starter.title", "plans.starter.seats"} <= set(report.seeds[0].kept())
    assert Outcome.UP_TO_DATE is (await Seeder(engine, [PLANS.newer]).run()).outcome


async def test_old_row_is_gone(engine: AsyncEngine) -> None:
    """A renamed row that was deleted comes back by its new name."""
    await seeded(engine, PLANS)
    await execute(engine, *PLANS.deletions)

    await Seeder(engine, [PLANS.newer]).run()

    assert [("pro", "Pro", 5), ("starter", "Starter", 2)] == await query(engine, CODES)


async def test_row_deleted_for_good_stays_away_by_its_new_name(engine: AsyncEngine) -> None:
    """With heal=False a new name does not bring a row back that was deleted on purpose."""
    offers, plans = PLANS.newer.tables
    newer = replace(PLANS.newer, tables=(offers, replace(plans, heal=False)))
    await seeded(engine, PLANS)
    await execute(engine, *PLANS.deletions)

    await Seeder(engine, [newer]).run()

    assert [] == await query(engine, CODES)


async def test_renamed_twice(engine: AsyncEngine) -> None:
    """A database that skipped a version gets the newest name in one step."""
    await seeded(engine, PLANS)
    await execute(engine, *PLANS.edits)
    values = {
        "plans": {"solo": {"title": "Solo", "seats": 2}, "pro": {}},
        "offers": {"spring": {"plan_id": "solo", "percent": 15}},
    }
    renamed = {"plans": {"basic": "solo", "starter": "solo"}}
    newest = Seeder(engine, [replace(PLANS.seed, version=3, values=values, renamed=renamed)])

    await newest.run()

    assert [("pro", "Pro", 5), ("solo", "Solo", 3)] == await query(engine, CODES)
    assert Outcome.UP_TO_DATE is (await newest.run()).outcome


async def test_row_with_links_is_renamed(engine: AsyncEngine) -> None:
    """Links of a renamed role stay its own, and links to a renamed permission are the same ones."""
    await seeded(engine, ROLES)
    values = {
        **ROLES.seed.values,
        "permissions": {"see": {"about": "See"}, "write": {}, "ban": {}},
        "roles": {"viewer": {"title": "Viewer", "permissions": ["see"]}, "editor": {}, "guest": {}},
        "menu": {"pages": {"permission_id": "see"}},
    }
    values["roles"]["editor"] = {"title": "Editor", "permissions": ["see", "write"]}
    values["roles"]["guest"] = {"title": "Guest"}
    renamed = {"permissions": {"read": "see"}, "roles": {"reader": "viewer"}}
    newer = replace(ROLES.seed, version=2, values=values, renamed=renamed)

    report = await Seeder(engine, [newer]).run()

    found = await contents(engine, ROLES.metadata)
    assert {"viewer": ["see"], "editor": ["see", "write"], "guest": []} == {
        role["code"]: sorted(
            link["permission_id"]
            for link in found["role_permissions"]
            if link["role_id"] == role["code"]
        )
        for role in found["roles"]
    }
    assert {"ban", "see", "write"} == {row["code"] for row in found["permissions"]}
    assert {} == report.seeds[0].kept()
    assert Outcome.UP_TO_DATE is (await Seeder(engine, [newer]).run()).outcome


async def test_key_of_two_columns_is_renamed(engine: AsyncEngine) -> None:
    """The label and the columns change, and what refers to the row goes along."""
    await seeded(engine, CATEGORIES)
    await execute(engine, "UPDATE categories SET title = 'Mine' WHERE slug = 'strings'")
    values = {
        "chords": {
            "slug": "chords",
            "scope": "shop",
            "title": "Chordophones",
            "parent_id": "music",
        },
        "music": {"slug": "music", "scope": "shop", "title": "Music"},
        "violins": {"slug": "violin", "scope": "shop", "title": "Violins", "parent_id": "music"},
    }
    newer = replace(
        CATEGORIES.seed,
        version=2,
        values={"categories": values},
        renamed={"categories": {"strings": "chords"}},
    )

    report = await Seeder(engine, [newer]).run()

    assert [("chords", "Mine"), ("music", "Music"), ("violin", "Violins")] == await query(
        engine, "SELECT slug, title FROM categories WHERE scope = 'shop' ORDER BY 1"
    )
    found = (await contents(engine, CATEGORIES.metadata))["categories"]
    assert {"shop:music"} == {row["parent_id"] for row in found if row["parent_id"]}
    assert {"categories.chords.title": ("Mine", "Chordophones")} == report.seeds[0].kept()
    assert Outcome.UP_TO_DATE is (await Seeder(engine, [newer]).run()).outcome
