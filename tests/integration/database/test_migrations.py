"""The migration history: complete, reversible step by step, and equal to the models."""

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import catalogue, schema
from bot.database.base import Base
from bot.database.errors import SchemaError
from bot.database.revision import revisions
from bot.database.schema import alembic_config, foreign_keys_kept
from bot.database.transaction import exclusive_transaction
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import contents, run_sql
from tests.support.populated import populate


def test_revision_is_the_start_of_the_file_name() -> None:
    """What we read from file names is what Alembic reads from the files."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only this test needs it

    script = ScriptDirectory.from_config(alembic_config())

    oldest_first = [revision.revision for revision in script.walk_revisions()][::-1]
    assert oldest_first == revisions()
    assert script.get_current_head() == schema.head()


async def test_models_and_migrations_agree(engine: AsyncEngine, service: BootstrapService) -> None:
    """`alembic check` finds nothing that a migration is missing for."""
    await service.run()

    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.check(alembic_config(sync)))


async def test_stairway(engine: AsyncEngine) -> None:
    """Each revision goes up, down and up again, and leaves the same tables."""
    for revision in revisions():
        up = await _migrate(engine, "upgrade", revision)
        await _migrate(engine, "downgrade", "-1")
        again = await _migrate(engine, "upgrade", revision)
        assert up == again

    assert set(Base.metadata.tables) | {"alembic_version"} == set(up)

    assert ["alembic_version"] == list(await _migrate(engine, "downgrade", "base"))


async def test_tables_are_fresh_since_a_revision(engine: AsyncEngine) -> None:
    """What a glance knows as fresh is what the newest revisions have made, and no older one."""
    fresh = []
    for revision in revisions():
        await _migrate(engine, "upgrade", revision)
        if await _is_fresh(engine):
            fresh.append(revision)

    since = catalogue.FRESH_SINCE[engine.dialect.name]
    assert [one for one in revisions() if one >= since] == fresh


async def _is_fresh(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        glanced = await connection.scalar(text(catalogue.glance(engine.dialect.name)))
    return catalogue.FRESH[engine.dialect.name] == catalogue.digest(glanced)


async def test_upgrade_from_each_revision_keeps_data(
    engine: AsyncEngine, service: BootstrapService
) -> None:
    """A lived-in database that goes down one step and starts again has all its members' data."""
    await service.run()
    await populate(engine)
    before = await contents(engine)
    await _migrate(engine, "downgrade", "0001")

    report = await service.run()

    after = await contents(engine)
    assert ("0001", schema.head()) == (report.schema_before, report.schema_after)
    for table in set(before) - {"bot_config"}:  # going down takes the settings back, by design
        assert before[table] == after[table]


async def test_unknown_revision_refuses(engine: AsyncEngine, service: BootstrapService) -> None:
    """A database of a newer release is not touched."""
    await service.run()
    await run_sql(engine, "UPDATE alembic_version SET version_num = '9999'")
    before = await contents(engine, times=True)

    with pytest.raises(SchemaError, match=r"9999.*start the release that upgraded it"):
        await service.run()

    assert before == await contents(engine, times=True)


async def test_half_a_schema_refuses(engine: AsyncEngine, service: BootstrapService) -> None:
    """Tables without a revision that are not all there are nobody's release."""
    await service.run()
    await run_sql(engine, "DELETE FROM alembic_version", "DROP TABLE user_streaks")

    with pytest.raises(SchemaError, match="lacks user_streaks"):
        await service.run()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_broken_references_stop_a_migration(engine: AsyncEngine) -> None:
    """On SQLite a schema change that would orphan rows is refused; older orphans do not count."""
    await _migrate(engine, "upgrade", "head")
    await run_sql(engine, "INSERT INTO user_gamification_profiles (user_id) VALUES (1)")

    with pytest.raises(SchemaError, match="without the row they refer to"):
        async with exclusive_transaction(engine, 1) as connection:
            await connection.run_sync(_orphan_another)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_older_orphans_of_a_table_made_anew(engine: AsyncEngine) -> None:
    """They are the same orphans when its foreign keys are written in another order."""
    await _migrate(engine, "upgrade", "head")
    await run_sql(
        engine,
        "INSERT INTO user_rewards (user_id, reward_id, status, unlocked_at, expires_at)"
        " VALUES (1, 1, 'UNLOCKED', '2026-01-01', '2026-01-08')",
        "DELETE FROM rewards",
        "INSERT INTO users (user_id, first_name) VALUES (1, 'Ana')",
    )

    async with exclusive_transaction(engine, timeout=1) as connection:
        await connection.run_sync(_turn_foreign_keys_round)


def _turn_foreign_keys_round(connection: Connection) -> None:
    definition = str(
        connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'user_rewards'"
        ).scalar()
    )
    by_reward = (
        ", \n\tCONSTRAINT fk_user_rewards_reward_id_rewards"
        " FOREIGN KEY(reward_id) REFERENCES rewards (id) ON DELETE CASCADE"
    )
    turned = definition.replace(by_reward, "").removesuffix("\n)") + f"{by_reward}\n)"
    with foreign_keys_kept(connection):
        connection.exec_driver_sql("CREATE TABLE kept AS SELECT * FROM user_rewards")
        connection.exec_driver_sql("DROP TABLE user_rewards")
        connection.exec_driver_sql(turned)
        connection.exec_driver_sql("INSERT INTO user_rewards SELECT * FROM kept")
    assert turned != definition


def _orphan_another(connection: Connection) -> None:
    with foreign_keys_kept(connection):
        connection.exec_driver_sql("INSERT INTO user_gamification_profiles (user_id) VALUES (2)")


async def _migrate(engine: AsyncEngine, direction: str, revision: str) -> dict[str, list[str]]:
    """Run an Alembic command as the bootstrap does; return tables and columns afterwards."""

    def run(connection: Connection) -> None:
        getattr(command, direction)(alembic_config(connection), revision)

    def tables(connection: Connection) -> dict[str, list[str]]:
        inspector = inspect(connection)
        return {
            name: sorted(
                [column["name"] for column in inspector.get_columns(name)]
                + [str(index["name"]) for index in inspector.get_indexes(name)]
                + [str(check["name"]) for check in inspector.get_check_constraints(name)]
            )
            for name in sorted(inspector.get_table_names())
        }

    async with exclusive_transaction(engine, 10) as connection:
        await connection.run_sync(run)
        await connection.commit()
    async with engine.connect() as connection:
        return await connection.run_sync(tables)
