"""Samples of two sides taken in turns, so that whatever else the machine does hits both alike."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run took: seconds, and the most memory its process ever held (MiB)."""

    seconds: float
    peak_mib: float = 0.0


@dataclass(frozen=True, slots=True)
class Turns:
    """Samples of ours and of the baseline; those of one index were taken one after the other."""

    ours: tuple[Sample, ...]
    baseline: tuple[Sample, ...]

    @property
    def ours_seconds(self) -> float:
        """Median of ours."""
        return median(sample.seconds for sample in self.ours)

    @property
    def baseline_seconds(self) -> float:
        """Median of the baseline."""
        return median(sample.seconds for sample in self.baseline)

    @property
    def ratio(self) -> float:
        """Ratio of the two medians."""
        return self.ours_seconds / self.baseline_seconds

    @property
    def spread(self) -> tuple[float, float]:
        """Quartiles of the ratios pair by pair; the extremes when there are few pairs."""
        return spread(
            [
                ours.seconds / baseline.seconds
                for ours, baseline in zip(self.ours, self.baseline, strict=True)
            ]
        )


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the quartiles, or the extremes of fewer than eight values."""
    if len(values) < 8:
        return min(values), max(values)
    low, _, high = quantiles(values, n=4)
    return low, high


def take_turns(ours: Callable[[], Sample], baseline: Callable[[], Sample], pairs: int) -> Turns:
    """Run both `pairs` times, each going first every other time."""
    taken: tuple[list[Sample], list[Sample]] = ([], [])
    for number in range(pairs):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            taken[side].append((ours, baseline)[side]())
    return Turns(tuple(taken[0]), tuple(taken[1]))


def in_fresh_process(module: str, what: str, url: str) -> Sample:
    """Run `what` of `bench.bootstrap` or `bench.baseline` in a process that does nothing else.

    The process times it after its imports, and tells its own peak of memory.
    """
    finished = subprocess.run(
        [sys.executable, "-m", module, what, url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Sample(**json.loads(finished.stdout))


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process on one core, where the system can (Linux).

    A small statement is a visit to aiosqlite's thread, which takes twice as long when that thread
    happens to sit on another core. It then costs the baseline more than us: the ratio would jump
    between two values from run to run, and the better one would be luck.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
