"""Any subset of the tables is emptied by SQL; the next start makes the database whole."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, combinations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import schema
from bot.database.base import Base
from bot.database.url import sqlite_file
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import Contents, contents, run_sql
from tests.support.populated import populate

pytestmark = pytest.mark.seeded

TABLES = tuple(Base.metadata.tables)
SEEDED = ("bot_config", "rewards", "reward_conditions", "seed_marker")
MEMBERS = ("users", "user_gamification_profiles")
#: What members did; no start looks at it, and one decision for all of it is enough.
HISTORY = ("user_streaks", "user_reactions", "user_rewards")
LEDGER = "transactions"
#: Of the seed that is shipped.
VERSION = load_manifest().version
#: No start looks at these, and what it does look at refers to none of them.
OTHERS = tuple(sorted({*TABLES} - {*SEEDED, *MEMBERS, *HISTORY, LEDGER}))


@contextmanager
def memory_copy(file: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Keep what the file holds now."""
    with closing(sqlite3.connect(":memory:")) as copy:
        file.backup(copy)
        yield copy


def subsets(tables: Iterable[str]) -> Iterable[tuple[str, ...]]:
    """Return every choice of tables, the empty one and all of them included."""
    names = tuple(tables)
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def check_whole(emptied: tuple[str, ...], populated: Contents, found: Contents) -> None:
    """Hold what a start left against what was there before."""
    users = [] if "users" in emptied else [1, 2, 3]
    gift = 50 if "bot_config" in emptied else 77
    fresh_rewards = "rewards" in emptied
    reward = {row["key"]: row for row in found["rewards"]}["primeros_pasos"]

    assert users == [row["user_id"] for row in found["users"]], emptied
    assert [gift] == [row["besitos_daily_gift"] for row in found["bot_config"]], emptied
    assert 3 == len(found["rewards"]), emptied
    assert ("Texto del admin 💰" != reward["description"]) == fresh_rewards, emptied
    assert {"FIRST_REACTION", "TOTAL_POINTS", "STREAK_LENGTH"} == {
        row["condition_type"]
        for row in found["reward_conditions"]
        if row["reward_id"] in {reward["id"] for reward in found["rewards"]}
    }, emptied
    assert [VERSION] == [row["version"] for row in found["seed_marker"]], emptied
    balances = [row["balance"] for row in found["user_gamification_profiles"]]
    if "user_gamification_profiles" in emptied and "transactions" in emptied:
        assert [0] * len(users) == balances, emptied
    elif "user_gamification_profiles" in emptied:
        # What the ledger still says of them comes back; foreign keys are off, so users may be gone.
        assert [90, 0, 0][: len(users)] == balances, emptied
    else:
        assert [90, 0, 0] == balances, emptied
    for table in set(TABLES) - set(SEEDED) - set(MEMBERS) - {"seed_runs"}:
        assert ([] if table in emptied else populated[table]) == found[table], emptied


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_subset_on_sqlite(service: BootstrapService, engine: AsyncEngine) -> None:
    """All 256 subsets of the tables that count, all others with some of them; canaries survive."""
    await service.run()
    await populate(engine)
    populated = await contents(engine)

    with closing(sqlite3.connect(sqlite_file(engine.url))) as file, memory_copy(file) as whole:
        for chosen in subsets([*SEEDED, *MEMBERS, LEDGER, "user_rewards"]):
            emptied = tuple({*chosen, *(HISTORY if "user_rewards" in chosen else ())})
            emptied += OTHERS if LEDGER in chosen else ()
            await run_sql(engine, *(f"DELETE FROM {table}" for table in emptied))
            await service.run()
            check_whole(emptied, populated, await contents(engine))
            whole.backup(file)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_every_subset_of_what_is_seeded_on_postgresql(
    service: BootstrapService, engine: AsyncEngine
) -> None:
    """All 64 subsets of the tables that a start looks at."""
    await populate(engine)
    populated = await contents(engine)
    kept = [f"CREATE TABLE whole.{table} AS TABLE {table}" for table in TABLES]
    await run_sql(engine, "CREATE SCHEMA whole", *kept)
    again = [f"INSERT INTO {table} TABLE whole.{table}" for table in TABLES]

    for emptied in subsets([*SEEDED, *MEMBERS]):
        await _empty(engine, emptied)
        await service.run()
        check_whole(emptied, populated, await contents(engine))
        await _empty(engine, TABLES, *again)


async def test_forgotten_revision(service: BootstrapService, engine: AsyncEngine) -> None:
    """When alembic_version was emptied too, the tables that are all there are recognized."""
    await service.run()
    await populate(engine)
    before = await contents(engine)
    await run_sql(engine, "DELETE FROM alembic_version")

    report = await service.run()

    assert (None, schema.head()) == (report.schema_before, report.schema_after)
    assert before == await contents(engine)


async def _empty(engine: AsyncEngine, tables: Iterable[str], *then: str) -> None:
    """Delete as a superuser who has switched the foreign keys off."""
    deletes = [f"DELETE FROM {table}" for table in tables]
    await run_sql(engine, "SET LOCAL session_replication_role = replica", *deletes, *then)
