"""Another program's database: its tables may be called as ours are, and its revisions, too."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.errors import DatabaseError
from bot.database.wipe import wipe
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.database import run_sql


@pytest.mark.parametrize("revision", [None, "0002"])
async def test_is_left_alone(
    engine: AsyncEngine, service: BootstrapService, revision: str | None
) -> None:
    """Look, start, dry run and wipe agree, and nobody is told to change what is not ours."""
    await run_sql(engine, "CREATE TABLE users (id INT)", "INSERT INTO users VALUES (7)")
    if revision:
        await run_sql(
            engine,
            "CREATE TABLE alembic_version (version_num VARCHAR(32))",
            f"INSERT INTO alembic_version VALUES ('{revision}')",
        )

    for refuses in (service.inspect, service.run, service.plan, lambda: wipe(engine)):
        with pytest.raises(DatabaseError, match=r"another program's, give the bot a database"):
            await refuses()

    async with engine.connect() as connection:
        assert [7] == list(await connection.scalars(text("SELECT id FROM users")))
