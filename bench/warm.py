"""Warm start: the hook on an up-to-date database against connecting and one SELECT."""

from collections.abc import Iterator
from functools import partial
from statistics import median

from bench import floor, ours
from bench.databases import Databases
from bench.measure import Sample, in_fresh_process, spread, take_turns
from bench.table import Figure, ratio

FEW, MANY = 1_000, 1_000_000
FIRST_PAIRS = 12
REPEATED_PAIRS = 20
GROWTH_PAIRS = 12
AIM = 3
TWO_AIM = 1.1
GROWTH_AIM_MS = 25


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the first start of a process, the repeated one, two seeds, the growth with users."""
    few = databases.prepare(FEW, profiles=True)
    first = take_turns(
        partial(in_fresh_process, "bench.ours", "warm", few),
        partial(in_fresh_process, "bench.floor", "warm", few),
        FIRST_PAIRS,
    )
    yield ratio(f"{databases.name}: warm start, first in its process", first, AIM)
    repeated = take_turns(
        lambda: Sample(ours.warm(few)), lambda: Sample(floor.warm(few)), REPEATED_PAIRS
    )
    yield ratio(f"{databases.name}: warm start, repeated in one process", repeated, AIM)
    two = take_turns(
        lambda: Sample(ours.two_seeds(few)), lambda: Sample(ours.one_seed(few)), REPEATED_PAIRS
    )
    yield ratio(f"{databases.name}: warm start with two seeds (floor: with one)", two, TWO_AIM)
    yield _growth(databases, few)


def _growth(databases: Databases, few: str) -> Figure:
    """Return what a million users add to the hook, and to two counts on a bare connection."""
    many = databases.prepare(MANY, profiles=True)
    grown: tuple[list[float], list[float]] = ([], [])
    for _ in range(GROWTH_PAIRS):
        for side, sample in zip(grown, (ours.warm, floor.counts), strict=True):
            at_few = sample(few)
            side.append((sample(many) - at_few) * 1000)
    ours_ms, floor_ms = map(median, grown)
    low, high = spread(grown[0])
    aim = f"≤ {GROWTH_AIM_MS} ms" if databases.name == "SQLite" else ""
    return Figure(
        f"{databases.name}: warm start, added by {FEW:,} → {MANY:,} users (floor: two counts)",
        f"+{ours_ms:.1f} ms",
        f"+{floor_ms:.1f} ms",
        f"{ours_ms - floor_ms:+.1f} ms (ours {low:.1f} to {high:.1f} ms)",
        aim,
        ours_ms <= GROWTH_AIM_MS if aim else None,
    )
