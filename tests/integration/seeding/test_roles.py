"""Roles, permissions and an admin: links, references, a secret, and what was deleted for good."""

import json
from collections import Counter

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Outcome, Seeder
from bot.seeding.plan import Action
from tests.support import seed_children
from tests.support.processes import race
from tests.support.seeds import ROLES, SECRET, changed, contents, execute, query, seeded

LINKS = (
    "SELECT r.code, p.code FROM role_permissions l JOIN roles r ON r.id = l.role_id"
    " JOIN permissions p ON p.id = l.permission_id ORDER BY 1, 2"
)


async def test_rows_are_linked_by_their_keys(engine: AsyncEngine) -> None:
    """References become numbers in the database, whatever order the sections are declared in."""
    await seeded(engine, ROLES)

    assert [("editor", "read"), ("editor", "write"), ("reader", "read")] == await query(
        engine, LINKS
    )
    found = await contents(engine, ROLES.metadata)
    assert [("root", "editor")] == [(row["login"], row["role_id"]) for row in found["admins"]]
    assert {"bans": "ban", "pages": "read"} == {
        row["code"]: row["permission_id"] for row in found["menu_entries"]
    }


async def test_upgrade_merges_links_one_by_one(engine: AsyncEngine) -> None:
    """An admin's link stays, one that they took away stays away, the manifest's new ones come."""
    await seeded(engine, ROLES)
    await execute(engine, *ROLES.edits)

    report = await Seeder(engine, [ROLES.newer]).run()

    assert [
        ("editor", "read"),
        *[("owner", permission) for permission in ("audit", "ban", "read", "write")],
        *[("reader", permission) for permission in ("audit", "own", "read")],
    ] == await query(engine, LINKS)
    assert [("editor", "Redactor"), ("guest", "Guest"), ("owner", "Owner")] == (
        await query(engine, "SELECT code, title FROM roles WHERE code <> 'reader' ORDER BY 1")
    )
    assert {
        "roles.editor.title": ("Redactor", "Author"),
        "roles.editor.permissions": (["read"], ["read", "write"]),
        "roles.reader.permissions": (["own", "read"], ["audit", "read"]),
    } == {name: pair for name, pair in report.seeds[0].kept().items() if "roles" in name}


async def test_eight_upgrades_at_once(engine: AsyncEngine, database_url: str) -> None:
    """One of them upgrades what an admin has edited, and the seven others find it done."""
    await seeded(engine, ROLES)
    await execute(engine, *ROLES.edits)

    outcomes = race(8, seed_children.race, database_url, "roles")

    assert {("upgraded",): 1, ("up_to_date",): 7} == Counter(outcomes)
    assert [("seeded",), ("upgraded",)] == await query(
        engine, "SELECT outcome FROM seed_runs ORDER BY id"
    )
    assert ("reader", "own") in await query(engine, LINKS)


async def test_link_that_left_the_manifest_goes(engine: AsyncEngine) -> None:
    """It goes where the manifest had it; the same link that an admin has made stays."""
    await seeded(engine, ROLES)
    await execute(
        engine,
        "INSERT INTO role_permissions (role_id, permission_id)"
        " SELECT roles.id, permissions.id FROM roles, permissions"
        " WHERE roles.code = 'guest' AND permissions.code = 'read'",
    )
    newer = changed(ROLES.seed, values={"roles": {"editor": {"permissions": ["write"]}}})

    report = await Seeder(engine, [newer]).run()

    assert [("editor", "write"), ("guest", "read"), ("reader", "read")] == await query(
        engine, LINKS
    )
    assert {} == report.seeds[0].kept()  # the manifest says nothing of a guest's links


async def test_take_of_links_removes_an_admins_own(engine: AsyncEngine) -> None:
    """Links taken back are exactly the manifest's, also where the other row is an admin's own."""
    seeder = await seeded(engine, ROLES)
    await execute(engine, *ROLES.edits)

    report = await seeder.take(["roles.reader.permissions", "roles.editor"])

    assert Outcome.TAKEN is report.outcome
    assert [("editor", "read"), ("editor", "write"), ("reader", "read")] == await query(
        engine, LINKS
    )


async def test_secret_is_made_at_the_insert_and_seen_nowhere_else(engine: AsyncEngine) -> None:
    """Neither marker, history, report, plan nor export ever has what `initial` has made."""
    seeder = Seeder(engine, [ROLES.seed])
    async with engine.begin() as connection:
        await connection.run_sync(ROLES.metadata.create_all)
    plan, report = await seeder.plan(), await seeder.run()
    assert [(f"{SECRET} of root",)] == await query(engine, "SELECT password_hash FROM admins")
    await execute(engine, "UPDATE admins SET password_hash = 'changed', mail = NULL")

    upgrade = await Seeder(engine, [ROLES.newer]).run()
    taken = await Seeder(engine, [ROLES.newer]).take(["*"])

    assert [("changed",)] == await query(engine, "SELECT password_hash FROM admins")
    reports = [json.dumps(one.as_json()) for one in (plan, report, upgrade, taken)]
    reports += [repr(one) + one.summary() for one in (plan, report, upgrade, taken)]
    tables = [await query(engine, f"SELECT * FROM {name}") for name in ("seed_marker", "seed_runs")]
    exported = await Seeder(engine, [ROLES.newer]).export("staff")
    for text in (*reports, repr(tables), repr(exported)):
        assert SECRET not in text
        assert "password_hash" not in text


async def test_admin_deleted_for_good_stays_away_until_taken_back(engine: AsyncEngine) -> None:
    """With heal=False a row that is gone was deleted on purpose; `take` brings it back."""
    seeder = await seeded(engine, ROLES)
    await execute(engine, "DELETE FROM admins")

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    report = await Seeder(engine, [ROLES.newer]).run()

    assert [] == await query(engine, "SELECT login FROM admins")
    assert ["admins.root.login"] == [name for name in report.seeds[0].kept() if "admins" in name]
    assert Outcome.TAKEN is (await Seeder(engine, [ROLES.newer]).take(["admins.root"])).outcome
    assert [("root", "admin@example.org", f"{SECRET} of root")] == await query(
        engine, "SELECT login, mail, password_hash FROM admins"
    )


async def test_null_is_an_edit_where_nothing_heals(engine: AsyncEngine) -> None:
    """With heal=False, NULL is a value like any other: kept by a run, given back by `take`."""
    seeder = await seeded(engine, ROLES)
    await execute(engine, "UPDATE admins SET mail = NULL, role_id = NULL")

    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
    report = await Seeder(engine, [ROLES.newer]).run()

    assert (None, "admin@example.org") == report.seeds[0].kept()["admins.root.mail"]
    assert [(None, None)] == await query(engine, "SELECT mail, role_id FROM admins")
    await Seeder(engine, [ROLES.newer]).take(["admins.root.role_id"])
    assert [(None, "editor")] == [
        (row["mail"], row["role_id"]) for row in (await contents(engine, ROLES.metadata))["admins"]
    ]


async def test_permission_deleted_for_good(engine: AsyncEngine) -> None:
    """No link to it and no row that refers to it is inserted; they are reported as kept."""
    await seeded(engine, ROLES)
    await execute(
        engine,
        "DELETE FROM menu_entries WHERE code = 'bans'",
        "DELETE FROM permissions WHERE code = 'ban'",
    )
    seeder = Seeder(engine, [ROLES.newer])

    planned = await seeder.plan()
    report = await seeder.run()

    assert [row.as_json() for row in planned.rows] == [row.as_json() for row in report.rows]
    assert [("pages",)] == await query(engine, "SELECT code FROM menu_entries")
    assert [("owner", name) for name in ("audit", "read", "write")] == [
        link for link in await query(engine, LINKS) if link[0] == "owner"
    ]
    kept = report.seeds[0].kept()
    assert (None, "ban") == kept["permissions.ban.code"] == kept["menu.bans.permission_id"]
    actions = {row.label: row.action for row in report.rows}
    assert (Action.KEEP, Action.KEEP) == (actions["permissions.ban"], actions["menu.bans"])
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome


async def test_taking_a_permission_back_brings_what_refers_to_it(engine: AsyncEngine) -> None:
    """What could not be inserted for want of it is inserted with it."""
    seeder = await seeded(engine, ROLES)
    await execute(
        engine,
        "DELETE FROM menu_entries WHERE code = 'bans'",
        "DELETE FROM permissions WHERE code = 'ban'",
    )
    await seeder.run()

    await seeder.take(["permissions.ban"])

    assert [("bans", "ban"), ("pages", "read")] == await query(
        engine,
        "SELECT m.code, p.code FROM menu_entries m JOIN permissions p ON p.id = m.permission_id"
        " ORDER BY 1",
    )
    assert Outcome.UP_TO_DATE is (await seeder.run()).outcome
