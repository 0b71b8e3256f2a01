"""Shape of a seed that others declare, and what tests do with its tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    MetaData,
    Table,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Seed, Seeder

#: Columns by which people tell rows apart, where the database has given them a number.
NATURAL = ("scope", "slug", "code", "login", "owner_id")

Contents = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Shape:
    """A seed, its next version, and what an admin has edited in between or lost."""

    seed: Seed
    newer: Seed
    metadata: MetaData
    edits: tuple[str, ...]

    deletions: tuple[str, ...]
    """SQL that deletes what a start brings back."""


async def create_tables(engine: AsyncEngine, metadata: MetaData, *statements: str) -> None:
    """Make the tables, as their owner does, and run some statements."""
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for statement in statements:
            await connection.execute(text(statement))


async def execute(engine: AsyncEngine, *statements: str) -> None:
    """Run statements as an admin would, and commit."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def query(engine: AsyncEngine, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(statement)]


async def contents(engine: AsyncEngine, metadata: MetaData) -> Contents:
    """Return all rows, with the names of rows in place of numbers that the database gave."""
    found: dict[Table, list[dict[str, Any]]] = {}
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).mappings()
            found[table] = [dict(row) for row in rows]
    names = {
        (table, row["id"]): ":".join(str(row[name]) for name in NATURAL if name in row)
        for table, rows in found.items()
        for row in rows
        if "id" in row
    }

    def named(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        values = {name: row[name] for name in row if name != "id" or not names[table, row["id"]]}
        for name in values:
            for key in table.c[name].foreign_keys:
                values[name] = names.get((key.column.table, row[name]), row[name])
        return values

    return {
        table.name: sorted((named(table, row) for row in rows), key=repr)
        for table, rows in found.items()
    }


async def seeded(engine: AsyncEngine, shape: Shape) -> Seeder:
    """Make a shape's tables and seed them."""
    await create_tables(engine, shape.metadata)
    seeder = Seeder(engine, [shape.seed])
    await seeder.run()
    return seeder


def changed(
    seed: Seed, version: int = 2, values: Mapping[str, Any] | None = None, **options: Any
) -> Seed:
    """Return the seed of a later release: sections merged with `values`, row by row."""
    merged: dict[str, Any] = {name: dict(section) for name, section in seed.values.items()}
    for name, section in (values or {}).items():
        for row, fields in section.items():
            is_row = isinstance(fields, Mapping) and isinstance(merged[name].get(row), Mapping)
            merged[name][row] = {**merged[name][row], **fields} if is_row else fields
    return replace(seed, version=version, values=merged, **options)
