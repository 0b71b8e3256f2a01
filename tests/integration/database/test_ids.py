"""Ids that are never given twice, on databases of this release and of those before 0006."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.base import Base, SurrogateId
from bot.database.url import sqlite_file
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import run_sql
from tests.support.populated import populate
from tests.support.seeded import opened, seed

pytestmark = pytest.mark.seeded

OLD = Path(__file__).with_name("schema_0004.sql")
NUMBERED = ("rewards", "reward_conditions", "user_rewards", "transactions", "admin_actions")
REWARD = """INSERT INTO rewards (name, reward_type, reward_value, claim_window_hours)
            VALUES ('Leyenda', 'BADGE', '{}', 1)"""
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def old(engine: AsyncEngine) -> AsyncEngine:
    """Give the database that an older release has left."""
    with closing(sqlite3.connect(sqlite_file(engine.url))) as file:
        file.executescript(OLD.read_text(encoding="utf-8"))
    return engine


async def rows(engine: AsyncEngine, sql: str) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def insert_reward(engine: AsyncEngine) -> int:
    await run_sql(engine, REWARD)
    ((reward_id,),) = await rows(engine, "SELECT max(id) FROM rewards")
    return int(reward_id)


async def test_deleted_id_is_not_given_again(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """Whoever has claimed a reward that was deleted by SQL has not claimed the next one."""
    await service.run()
    await populate(engine)
    await run_sql(
        engine,
        "INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)"
        " VALUES (2, 3, 'UNLOCKED', '2026-01-01', '2026-01-08')",
    )
    claims = await rows(engine, "SELECT user_id, reward_id FROM user_rewards ORDER BY id")
    await _without_foreign_keys(engine, "DELETE FROM rewards WHERE id = 3")

    assert 4 == await insert_reward(engine)
    assert [(1, 2), (2, 3)] == claims
    assert claims == await rows(engine, "SELECT user_id, reward_id FROM user_rewards ORDER BY id")


async def test_every_numbered_table(engine: AsyncEngine, service: BootstrapService) -> None:
    """The last row of each of them is deleted and inserted again, under a higher id."""
    await service.run()
    await populate(engine)
    await run_sql(engine, "INSERT INTO admin_actions (admin_id, action, target) VALUES (1, '', '')")
    for table in NUMBERED:
        ((last,),) = await rows(engine, f"SELECT max(id) FROM {table}")
        columns = ", ".join(
            f'"{column.name}"' for column in Base.metadata.tables[table].c if column.name != "id"
        )
        await _without_foreign_keys(
            engine,
            f"CREATE TABLE kept AS SELECT * FROM {table} WHERE id = {last}",
            f"DELETE FROM {table} WHERE id = {last}",
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept",
            "DROP TABLE kept",
        )

        assert [(last + 1,)] == await rows(engine, f"SELECT max(id) FROM {table}"), table


def test_all_of_the_numbered_tables_are_known() -> None:
    """A new table with ids of its own is numbered in the same way."""
    found = {
        table.name: table.dialect_options["sqlite"]["autoincrement"]
        for table in Base.metadata.tables.values()
        if "id" in table.c and str(table.c.id.type) == str(SurrogateId)
    }

    assert (
        dict.fromkeys((*NUMBERED, "digest_entries", "seed_runs", "outbox_messages"), True) == found
    )


@ON_SQLITE
@pytest.mark.unseeded
async def test_old_database_keeps_all_rows(old: AsyncEngine, service: BootstrapService) -> None:
    """Every row of the tables that are made anew is there, ids and all, and their indexes too."""
    before = {table: await rows(old, f"SELECT * FROM {table}") for table in NUMBERED}
    indexes = await rows(old, _INDEXES)

    await service.run()

    for table in NUMBERED:
        width = len(before[table][0]) if before[table] else 0
        # Later migrations have added columns behind them.
        found = [row[:width] for row in await rows(old, f"SELECT * FROM {table}")]
        assert before[table] == found[: len(before[table])], table
    replaced = "ix_user_gamification_profiles_total_earned_user_id"  # by a later migration
    assert {one for one in indexes if one[0] != replaced} <= set(await rows(old, _INDEXES))


@ON_SQLITE
@pytest.mark.unseeded
async def test_old_database_becomes_a_new_one(
    old: AsyncEngine, service: BootstrapService, tmp_path: Path
) -> None:
    """Columns, keys, constraints and indexes are those of a database of this release."""
    await service.run()
    new_url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    await seed(new_url)
    async with opened(new_url) as new:
        expected = await _described(new)

    assert expected == await _described(old)


@ON_SQLITE
@pytest.mark.unseeded
async def test_old_database_counts_on_behind_what_is_spoken_of(
    old: AsyncEngine, service: BootstrapService
) -> None:
    """The last reward that anything there still speaks of is 5, the last unlocking is 9."""
    await service.run()  # brings the deleted reward back

    assert [(1,), (2,), (6,)] == await rows(old, "SELECT id FROM rewards ORDER BY id")
    await run_sql(
        old,
        "INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)"
        " VALUES (2, 6, 'UNLOCKED', '2026-01-01', '2026-01-08')",
    )
    assert [(1, 1), (2, 3), (10, 6)] == await rows(
        old, "SELECT id, reward_id FROM user_rewards ORDER BY id"
    )


@ON_SQLITE
@pytest.mark.unseeded
async def test_what_is_no_id_does_not_count(old: AsyncEngine, service: BootstrapService) -> None:
    """Behind the highest integer of all SQLite would never number a row again."""
    await run_sql(
        old,
        "UPDATE user_rewards SET reward_id = 'cien' WHERE id = 1",
        "UPDATE user_rewards SET reward_id = 9223372036854775807 WHERE id = 2",
        "INSERT INTO admin_actions (admin_id, action, target)"
        " VALUES (7, '', 'reward:99999999999999999999'), (7, '', 'reward:🏆')",
    )

    await service.run()

    assert 7 == await insert_reward(old)


@ON_SQLITE
@pytest.mark.unseeded
async def test_operators_own_view_index_and_trigger_stay(
    old: AsyncEngine, service: BootstrapService
) -> None:
    """What somebody has added to a table that is made anew works on."""
    await run_sql(
        old,
        "CREATE VIEW claimed AS SELECT rewards.name FROM user_rewards JOIN rewards"
        " ON rewards.id = user_rewards.reward_id",
        'CREATE INDEX "by name" ON rewards (lower(name))',
        "CREATE TRIGGER noted AFTER INSERT ON rewards BEGIN"
        " INSERT INTO admin_actions (admin_id, action, target) VALUES (0, 'sql', new.name); END",
        "ALTER TABLE rewards ADD COLUMN season TEXT DEFAULT 'verano'",
    )

    await service.run()

    assert [("Primeros Pasos",)] == await rows(old, "SELECT name FROM claimed")
    assert [("by name",)] == await rows(
        old, "SELECT name FROM sqlite_master WHERE tbl_name = 'rewards' AND name = 'by name'"
    )
    assert [("Racha de 7 Días",)] == await rows(
        old, "SELECT target FROM admin_actions WHERE action = 'sql'"
    )
    assert [("verano",)] == await rows(old, "SELECT DISTINCT season FROM rewards")


_INDEXES = """SELECT name, sql FROM sqlite_master
              WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"""


async def _without_foreign_keys(engine: AsyncEngine, *statements: str) -> None:
    """Write as SQLite's shell does, and as a superuser who wants the same on PostgreSQL."""
    if engine.dialect.name == "postgresql":
        await run_sql(engine, "SET LOCAL session_replication_role = replica", *statements)
    else:
        await run_sql(engine, *statements)


async def _described(engine: AsyncEngine) -> dict[str, list[str]]:
    """Return what SQLAlchemy can see of the numbered tables, in no order of their text."""

    def describe(connection: Connection) -> dict[str, list[str]]:
        inspector = inspect(connection)
        looks = (
            inspector.get_columns,
            inspector.get_foreign_keys,
            inspector.get_unique_constraints,
            inspector.get_check_constraints,
            inspector.get_indexes,
        )
        return {
            table: sorted(str(part) for look in looks for part in look(table)) for table in NUMBERED
        }

    async with engine.connect() as connection:
        return await connection.run_sync(describe)
