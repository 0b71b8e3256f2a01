"""`backup` of a million members against SQLite's own, without and with its own check."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter

from bench.baseline import SQLITE
from bench.databases import Databases
from bench.measure import Sample, take_turns
from bench.report import Figure, ratio
from bot.database.backup import back_up
from bot.database.url import parse_database_url

MEMBERS = 1_000_000
PAIRS = 5
AIM = 1.2


def measure(databases: Databases) -> Iterator[Figure]:
    """Give both ratios; PostgreSQL has tools of its own for that."""
    url = databases.prepare(MEMBERS, profiles=True)
    if not url.startswith(SQLITE):
        return
    source = Path(url.removeprefix(SQLITE))
    target = source.with_name("backup.db")
    name = f"SQLite: backup of {MEMBERS:,} members"
    alone = take_turns(lambda: _ours(url, target), lambda: _sqlites(source, target), PAIRS)
    yield ratio(f"{name} (baseline: SQLite's)", alone, AIM)
    checked = take_turns(
        lambda: _ours(url, target, check=True),
        lambda: _sqlites(source, target, check=True),
        PAIRS,
    )
    yield ratio(f"{name} with --check (baseline: with quick_check)", checked, AIM)


def _ours(url: str, target: Path, *, check: bool = False) -> Sample:
    started = perf_counter()
    back_up(parse_database_url(url), target, check=check)
    seconds = perf_counter() - started
    target.unlink()
    return Sample(seconds)


def _sqlites(source: Path, target: Path, *, check: bool = False) -> Sample:
    started = perf_counter()
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        if check:
            writing.execute("PRAGMA quick_check").fetchall()
    seconds = perf_counter() - started
    target.unlink()
    return Sample(seconds)
