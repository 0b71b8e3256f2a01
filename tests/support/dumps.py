"""Databases that an earlier release has written, loaded from the dumps in `tests/dumps`."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.url import parse_database_url, sqlite_file
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.seeding import Report
from tests.support.database import Contents
from tests.support.seeded import opened

FOLDER = Path(__file__).parents[1] / "dumps"
ENGINES = ("sqlite", "postgresql")


def dump_names(engine: str) -> list[str]:
    """Return the names of all dumps of an engine."""
    return sorted(file.stem for file in (FOLDER / engine).glob("*.sql"))


def manifest_of(name: str) -> Manifest:
    """Return the manifest that a dump was seeded with."""
    own = name.startswith("several_conditions")
    return _manifest("several_conditions.toml" if own else "defaults.toml")


@cache
def _manifest(file: str) -> Manifest:
    return load_manifest(FOLDER / file)


@asynccontextmanager
async def opened_dump(name: str, url: str) -> AsyncIterator[AsyncEngine]:
    """Load a dump into a new SQLite file or into a PostgreSQL database, and open it.

    Whatever the PostgreSQL database held before is gone then.
    """
    if file := sqlite_file(parse_database_url(url)):
        _load_sqlite(file, _script("sqlite", name))
    else:
        await _load_postgresql(url, _script("postgresql", name))
    async with opened(url) as engine:
        yield engine


def _script(engine: str, name: str) -> str:
    return (FOLDER / engine / f"{name}.sql").read_text(encoding="utf-8")


def _load_sqlite(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as shell:
        shell.executescript(script)


async def _load_postgresql(url: str, script: str) -> None:
    shell = await asyncpg.connect(url)
    try:
        # As empty as a new database, and made in a tenth of the time.
        await shell.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await shell.execute(script)
    finally:
        await shell.close()


def kept_values(report: Report) -> set[str]:
    """Return the names of the edits that a run reports as kept, as `seed take` spells them.

    The tests of the dumps know nothing else of a report but its outcome.
    """
    return {name for seed in report.seeds for name in seed.kept()}


def manifest_values(manifest: Manifest) -> dict[str, Any]:
    """Return each value of a manifest by its name, conditions sorted."""
    config = {f"config.{name}": value for name, value in manifest.values["config"].items()}
    rewards = {
        f"rewards.{key}.{name}": _sorted(value) if name == "conditions" else value
        for key, fields in manifest.values["rewards"].items()
        for name, value in fields.items()
    }
    return config | rewards


def seeded_values(found: Contents) -> dict[str, Any]:
    """Return the same of a database: of its settings, and of its rewards that have a key."""
    left_out = {"id", "key", "created_at", "updated_at"}
    (config,) = found["bot_config"]
    values = {f"config.{name}": config[name] for name in config.keys() - left_out}
    for reward in found["rewards"]:
        if key := reward["key"]:
            values |= {f"rewards.{key}.{name}": reward[name] for name in reward.keys() - left_out}
            values[f"rewards.{key}.conditions"] = _sorted(
                [row["condition_type"], row["condition_value"], row["condition_group"]]
                for row in found["reward_conditions"]
                if row["reward_id"] == reward["id"]
            )
    return values


def _sorted(conditions: Any) -> list[list[Any]]:
    return sorted(conditions, key=str)
