"""Queries and changes of a database, as an operator with an SQL prompt would make them."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, null, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.base import Base
from bot.database.revision import OUR_SCHEMA
from bot.database.url import sqlite_file
from bot.gamification.models import UserRow

#: Columns that say when something was written, which no two runs share.
TIMES = {"created_at", "updated_at", "applied_at"}

Contents = dict[str, list[dict[str, Any]]]


async def contents(engine: AsyncEngine, *, times: bool = False) -> Contents:
    """Return all rows of all tables, ordered; without times and history unless asked for.

    A column that an older schema does not have yet holds nothing.
    """
    async with engine.connect() as connection:
        return await connection.run_sync(_contents, times=times)


def _contents(connection: Connection, *, times: bool) -> Contents:
    rows: Contents = {}
    existing: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(text(_COLUMNS[connection.dialect.name])):
        existing[table].add(column)
    if "alembic_version" in existing:
        versions = connection.execute(text("SELECT version_num FROM alembic_version"))
        rows["alembic_version"] = [dict(row) for row in versions.mappings()]
    for model in Base.metadata.sorted_tables:
        if model.name in existing and (model.name != "seed_runs" or times):
            found = connection.execute(_rows_of(model, frozenset(existing[model.name])))
            rows[model.name] = [
                {name: value for name, value in row.items() if times or name not in TIMES}
                for row in found.mappings()
            ]
    return rows


#: Every table of ours and others with its columns: a reflection would take longer than the rows.
_COLUMNS = {
    "sqlite": """
        SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
        WHERE m.type = 'table'
    """,
    "postgresql": f"""
        SELECT CAST(relname AS text), CAST(attname AS text)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
        AND relnamespace = {OUR_SCHEMA}
    """,
}


@cache
def _rows_of(model: Table, existing: frozenset[str]) -> Select[Any]:
    columns = [
        column if column.name in existing else null().label(column.name) for column in model.columns
    ]
    return select(*columns).order_by(*model.primary_key.columns)


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
