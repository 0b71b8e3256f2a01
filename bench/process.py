"""`seed status --json` as a whole process, against importing what it cannot do without."""

import os
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

from bench.databases import Databases
from bench.measure import ROOT, Sample, take_turns
from bench.table import Figure, ratio

PAIRS = 15
AIM = 2


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the time of the command on an up-to-date database."""
    environment = {**os.environ, "DATABASE_URL": databases.prepare(1_000, profiles=True)}
    turns = take_turns(
        lambda: _run(["main.py", "seed", "status", "--json"], environment),
        lambda: _run(["-c", "import sqlalchemy.ext.asyncio, aiosqlite"], environment),
        PAIRS,
    )
    yield ratio(f"{databases.name}: `seed status --json`, whole process", turns, AIM)


def _run(arguments: list[str], environment: dict[str, str]) -> Sample:
    started = perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return Sample(perf_counter() - started)
