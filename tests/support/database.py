"""Queries and changes of a database, as an operator with an SQL prompt would make them."""

import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, insert, inspect, null, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.base import Base
from bot.database.url import sqlite_file
from bot.gamification.models import UserRow

#: Columns that say when something was written, which no two runs share.
TIMES = {"created_at", "updated_at", "applied_at"}

Contents = dict[str, list[dict[str, Any]]]


async def contents(engine: AsyncEngine, *, times: bool = False) -> Contents:
    """Return all rows of all tables, ordered; without times and history unless asked for.

    A column that an older schema does not have yet holds nothing.
    """
    rows: Contents = {}
    async with engine.connect() as connection:
        existing = await connection.run_sync(_columns)
        if "alembic_version" in existing:
            versions = await connection.execute(text("SELECT version_num FROM alembic_version"))
            rows["alembic_version"] = [dict(row) for row in versions.mappings()]
        for model in Base.metadata.sorted_tables:
            if model.name not in existing or (model.name == "seed_runs" and not times):
                continue
            columns = [
                column if column.name in existing[model.name] else null().label(column.name)
                for column in model.columns
            ]
            found = await connection.execute(select(*columns).order_by(*model.primary_key.columns))
            rows[model.name] = [
                {name: value for name, value in row.items() if times or name not in TIMES}
                for row in found.mappings()
            ]
    return rows


def _columns(connection: Connection) -> dict[str, set[str]]:
    look = inspect(connection)
    return {
        table: {column["name"] for column in look.get_columns(table)}
        for table in look.get_table_names()
    }


async def run_sql(engine: AsyncEngine, *statements: str) -> None:
    """Run statements as an operator's shell would: on SQLite it knows no foreign keys."""
    if file := sqlite_file(engine.url):
        with closing(sqlite3.connect(file)) as shell, shell:
            for statement in statements:
                shell.execute(statement)
        return
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def add_users(engine: AsyncEngine, *user_ids: int) -> None:
    """Insert users without profiles, as an old bot would have left them."""
    async with engine.begin() as connection:
        rows = [{"user_id": user_id, "first_name": f"Member {user_id}"} for user_id in user_ids]
        await connection.execute(insert(UserRow), rows)
