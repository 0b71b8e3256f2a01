"""Starts: the whole process, warm (all in place), cold (every profile missing)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from statistics import median
from time import perf_counter

from bench import baseline, bootstrap
from bench.databases import Databases
from bench.measure import ROOT, Sample, Turns, in_fresh_process, spread, take_turns
from bench.report import Figure, ratio

PROCESS_PAIRS = 15
PROCESS_AIM = 2

FEW, MANY = 1_000, 1_000_000
FIRST_PAIRS = 12
REPEATED_PAIRS = 20
GROWTH_PAIRS = 12
WARM_AIM = 3
TWO_AIM = 1.1
GROWTH_AIM_MS = 25

#: Users of a cold start, and how many pairs of samples: the quicker, the more.
SIZES = {10_000: 10, 100_000: 8, 1_000_000: 3}
COLD_AIM = 1.15
#: MiB that the largest backfill may take more than the smallest and still count as flat.
FLAT = 8


def measure_process(databases: Databases) -> Iterator[Figure]:
    """Give the time of `seed status --json` against importing what it cannot do without."""
    environment = {**os.environ, "DATABASE_URL": databases.prepare(1_000, profiles=True)}
    turns = take_turns(
        lambda: _run(["main.py", "seed", "status", "--json"], environment),
        lambda: _run(["-c", "import sqlalchemy.ext.asyncio, aiosqlite"], environment),
        PROCESS_PAIRS,
    )
    yield ratio(f"{databases.name}: `seed status --json`, whole process", turns, PROCESS_AIM)


def measure_warm(databases: Databases) -> Iterator[Figure]:
    """Give the hook on an up-to-date database against connecting and one SELECT.

    That is the first start of a process, the repeated one, two seeds, the growth with users; and
    the hook against connecting and the very SELECT with which it looks at everything.
    """
    few = databases.prepare(FEW, profiles=True)
    first = take_turns(
        partial(in_fresh_process, "bench.bootstrap", "warm", few),
        partial(in_fresh_process, "bench.baseline", "warm", few),
        FIRST_PAIRS,
    )
    yield ratio(f"{databases.name}: warm start, first in its process", first, WARM_AIM)
    repeated = take_turns(
        lambda: Sample(bootstrap.warm(few)), lambda: Sample(baseline.warm(few)), REPEATED_PAIRS
    )
    yield ratio(f"{databases.name}: warm start, repeated in one process", repeated, WARM_AIM)
    statement = bootstrap.warm_statement(few)
    same = take_turns(
        lambda: Sample(bootstrap.warm(few)),
        lambda: Sample(baseline.look(few, statement)),
        REPEATED_PAIRS,
    )
    yield ratio(f"{databases.name}: warm start (baseline: the same SELECT)", same)
    two = take_turns(
        lambda: Sample(bootstrap.two_seeds(few)),
        lambda: Sample(bootstrap.one_seed(few)),
        REPEATED_PAIRS,
    )
    yield ratio(f"{databases.name}: warm start with two seeds (baseline: with one)", two, TWO_AIM)
    yield _growth(databases, few)


def measure_cold(databases: Databases) -> Iterator[Figure]:
    """Give the backfill and the whole start for each number of users, then the memory.

    The backfill stands against one bare INSERT … SELECT and its commit; the whole start, from
    creating the engine to disposing of it, against connecting, that INSERT … SELECT and closing:
    what it takes more is the same few milliseconds at any size.
    """
    taken: dict[int, Turns] = {}
    for users, pairs in SIZES.items():
        databases.prepare(users, profiles=False)
        alone = _take_turns(databases, "backfill", users, pairs)
        yield ratio(f"{databases.name}: backfill of {users:,} users", alone, COLD_AIM)
        taken[users] = _take_turns(databases, "cold", users, pairs)
        yield ratio(f"{databases.name}: whole start with that backfill", taken[users])
    yield _memory(databases, taken)


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


def _growth(databases: Databases, few: str) -> Figure:
    """Return what a million users add to the hook, and to two counts on a bare connection."""
    many = databases.prepare(MANY, profiles=True)
    grown: tuple[list[float], list[float]] = ([], [])
    for _ in range(GROWTH_PAIRS):
        for side, sample in zip(grown, (bootstrap.warm, baseline.counts), strict=True):
            at_few = sample(few)
            side.append((sample(many) - at_few) * 1000)
    ours_ms, baseline_ms = map(median, grown)
    low, high = spread(grown[0])
    aim = f"≤ {GROWTH_AIM_MS} ms" if databases.name == "SQLite" else ""
    return Figure(
        f"{databases.name}: warm start, added by {FEW:,} → {MANY:,} users (baseline: two counts)",
        f"+{ours_ms:.1f} ms",
        f"+{baseline_ms:.1f} ms",
        f"{ours_ms - baseline_ms:+.1f} ms (ours {low:.1f} to {high:.1f} ms)",
        aim,
        ours_ms <= GROWTH_AIM_MS if aim else None,
    )


def _take_turns(databases: Databases, what: str, users: int, pairs: int) -> Turns:
    def sample(module: str) -> Sample:
        with databases.copied(users) as url:
            return in_fresh_process(module, what, url)

    return take_turns(lambda: sample("bench.bootstrap"), lambda: sample("bench.baseline"), pairs)


def _memory(databases: Databases, taken: dict[int, Turns]) -> Figure:
    ours_mib = [median(sample.peak_mib for sample in turns.ours) for turns in taken.values()]
    baseline_mib = [
        median(sample.peak_mib for sample in turns.baseline) for turns in taken.values()
    ]
    grown = ours_mib[-1] - ours_mib[0]
    return Figure(
        f"{databases.name}: peak memory at {', '.join(f'{users:,}' for users in SIZES)} users",
        " ".join(f"{mib:.0f}" for mib in ours_mib) + " MiB",
        " ".join(f"{mib:.0f}" for mib in baseline_mib) + " MiB",
        f"{grown:+.1f} MiB from the smallest to the largest",
        f"flat (≤ {FLAT} MiB)",
        grown <= FLAT,
    )
