"""Databases that release f890299 has written: this release goes on with them, edits and all."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import Contents, contents, run_sql
from tests.support.databases import throw_away
from tests.support.dumps import (
    ENGINES,
    dump_names,
    kept_values,
    manifest_of,
    manifest_values,
    opened_dump,
    seeded_values,
)
from tests.support.manifests import with_everything_changed

#: What admins have changed in each dump, and how.
EDITS: dict[str, dict[str, Any]] = {
    "fresh": {},
    "edited": {
        "config.besitos_daily_gift": 77,
        "rewards.primeros_pasos.description": "Texto del admin 💰",
        "rewards.ahorrador_principiante.name": "Hucha llena",
        "rewards.racha_7_dias.is_active": False,
        "rewards.racha_7_dias.conditions": [["LEVEL_REACHED", 4, 1], ["STREAK_LENGTH", 14, 1]],
    },
    "wiped": {"rewards.primeros_pasos.description": "Texto del admin 💰"},
    "several_conditions": {},
    "several_conditions_permuted": {},
    "several_conditions_reformatted": {},
}
DUMPS = [(engine, name) for engine in ENGINES for name in dump_names(engine)]
#: Tables in which no start changes a row that is there.
MEMBERS = (
    "users",
    "user_gamification_profiles",
    "user_rewards",
    "transactions",
    "user_streaks",
    "user_reactions",
    "admin_actions",
    "admin_dialogs",
)


@pytest.fixture(scope="module")
def postgresql_for_dumps(postgresql: Any) -> Iterator[str]:
    """Make one database for all dumps, which are loaded one after the other."""
    with throw_away(postgresql) as url:
        yield url


@pytest.fixture
def dump_url(request: pytest.FixtureRequest, engine_name: str) -> str:
    """Name the place for a dump of this engine."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgresql_for_dumps"}[engine_name]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.mark.parametrize(("engine_name", "name"), DUMPS)
async def test_start_heals_and_keeps_edits(name: str, dump_url: str) -> None:
    """With the manifest that seeded it: what was wiped is back, and every edit stays."""
    await _check_start(name, dump_url, manifest_of(name))


@pytest.mark.parametrize(("engine_name", "name"), DUMPS)
async def test_next_manifest_moves_all_but_edits(name: str, dump_url: str) -> None:
    """With a manifest in which no value is what it was: only the edits are."""
    await _check_start(name, dump_url, _next_manifest(name))


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("name", ["fresh", "edited", "wiped"])
async def test_shipped_manifest(name: str, dump_url: str) -> None:
    """With the defaults of this release: the first upgrade that databases of version 1 see."""
    await _check_start(name, dump_url, load_manifest())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize(
    ("edit", "name", "kept"),
    [
        ("UPDATE users SET username = username", "Racha de 7 Días", set()),
        (
            "UPDATE rewards SET name = 'Siete seguidos' WHERE key = 'racha_7_dias'",
            "Siete seguidos",
            {"rewards.racha_7_dias.name"},
        ),
        (
            "UPDATE rewards SET name = 'Racha de 7 Días' WHERE sort_order = 2",
            "Racha de 7 Días",
            set(),
        ),
    ],
)
async def test_second_version(dump_url: str, edit: str, name: str, kept: set[str]) -> None:
    """It brings the time zone, and the accent to the name where nobody has edited it."""
    async with opened_dump("fresh", dump_url) as engine:
        await run_sql(engine, edit)

        report = await BootstrapService(engine, load_manifest()).run()
        found = seeded_values(await contents(engine))

    (seed,) = report.seeds
    assert (1, 2) == (seed.version_before, seed.version_after)
    assert ("UTC", name) == (found["config.timezone"], found["rewards.racha_7_dias.name"])
    assert kept == kept_values(report)


@cache
def _next_manifest(name: str) -> Manifest:
    return with_everything_changed(manifest_of(name))


async def _check_start(name: str, url: str, manifest: Manifest) -> None:
    edits = EDITS[name]
    async with opened_dump(name, url) as engine:
        before = await contents(engine, times=True)

        first = await BootstrapService(engine, manifest).run()
        after = await contents(engine, times=True)
        second = await BootstrapService(engine, manifest).run()

        assert after == await contents(engine, times=True)
    assert ("upgraded", "up_to_date") == (first.outcome, second.outcome)
    assert ((), ()) == (first.repairs, second.repairs)
    wanted = manifest_values(manifest)
    # Whatever an admin set before the manifest came to say the same is no edit any more.
    kept = {name for name, value in edits.items() if value != wanted[name]}
    assert (kept, kept) == (kept_values(first), kept_values(second))
    assert wanted | edits == seeded_values(after)
    assert [] == _lost(before, after)
    assert _ids("users", after) == _ids("user_gamification_profiles", after)


def _lost(before: Contents, after: Contents) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows that are not the seed's to change and are not what they were.

    Columns that a migration has added are no loss.
    """
    kept = _not_seeded(after)
    return [
        (table, row)
        for table, rows in _not_seeded(before).items()
        for row in rows
        if not any(_is_kept(row, one) for one in kept[table])
    ]


def _is_kept(row: dict[str, Any], now: dict[str, Any]) -> bool:
    return all(now[name] == value for name, value in row.items() if value is not None)


def _not_seeded(found: Contents) -> Contents:
    rewards = [row for row in found["rewards"] if row["key"] is None]
    ids = {row["id"] for row in rewards}
    conditions = [row for row in found["reward_conditions"] if row["reward_id"] in ids]
    return {
        **{table: list(map(_as_dumped, found[table])) for table in MEMBERS},
        "rewards": rewards,
        "reward_conditions": conditions,
        # A member holds a reward by its id, so a default reward has to keep that, too.
        "ids of rewards": [{"id": row["id"], "key": row["key"]} for row in found["rewards"]],
    }


def _as_dumped(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what a migration works out from the ledger."""
    return {name: value for name, value in row.items() if name != "last_earned_id"}


def _ids(table: str, found: Contents) -> list[int]:
    return [row["user_id"] for row in found[table]]
