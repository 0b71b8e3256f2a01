"""A program of somebody who has copied the seeding folder: `strangers_bot.py FOLDER ENGINE URL`.

Eight processes start it at the same moment; it prints what each of them has done, as JSON. It runs
in a folder of its own and knows nothing of this project.
"""

import asyncio
import importlib
import json
import multiprocessing
import sys
from typing import Any

import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401 - before the fork, not in each process
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PROCESSES = 8
ROWS = 300

metadata = MetaData()
words = Table(
    "words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("meaning", Text),
)
synonyms = Table(
    "synonyms",
    metadata,
    Column("word_id", ForeignKey(words.c.id), primary_key=True),
    Column("text", Text, primary_key=True),
)


def declared(seeding: Any) -> Any:
    """Return a seed of many rows."""
    children = seeding.Children("synonyms", synonyms, parent="word_id", columns=["text"])
    table = seeding.SeededTable("words", words, key="code", fields=["meaning"], children=children)
    rows = {
        f"word {number}": {"meaning": f"It's 100% {number}", "synonyms": [f":s{number}"]}
        for number in range(ROWS)
    }
    return seeding.Seed("dictionary", version=1, values={"words": rows}, tables=[table])


def opened(kind: str, url: str) -> AsyncEngine:
    """Open an engine as people do."""
    if kind == "repeatable read":
        return create_async_engine(url, isolation_level="REPEATABLE READ")
    engine = create_async_engine(url)
    if kind == "recipe":  # as SQLAlchemy's page on SQLite has it

        @event.listens_for(engine.sync_engine, "connect")
        def do_connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None

        @event.listens_for(engine.sync_engine, "begin")
        def do_begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN")

    return engine


async def started(seeding: Any, kind: str, url: str) -> str:
    """Start once: return the outcome."""
    engine = opened(kind, url)
    try:
        report = await seeding.Seeder(engine, [declared(seeding)]).run()
        return str(report.outcome)
    finally:
        await engine.dispose()


def start(seeding: Any, kind: str, url: str, barrier: Any, results: Any) -> None:
    """Start at the same moment as all others."""
    barrier.wait()
    results.put(asyncio.run(started(seeding, kind, url)))


async def make_tables(url: str) -> None:
    """Make the tables, as a deployment does once."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()


def main(folder: str, kind: str, url: str) -> None:
    """Run the race."""
    seeding = importlib.import_module(folder)
    asyncio.run(make_tables(url))
    fork = multiprocessing.get_context("fork")
    barrier, results = fork.Barrier(PROCESSES), fork.SimpleQueue()
    processes = [
        fork.Process(target=start, args=(seeding, kind, url, barrier, results))
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    outcomes = [results.get() for process in processes if process.exitcode == 0]
    ours = sorted(name for name in sys.modules if name.partition(".")[0] in {"bot", "tests"})
    sys.stdout.write(json.dumps({"outcomes": outcomes, "modules of ours": ours}))


if __name__ == "__main__":
    main(*sys.argv[1:])
