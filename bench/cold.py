"""Cold start: making every profile, against one bare INSERT … SELECT and its commit.

The whole start, from creating the engine to disposing of it, is shown beside it against connecting,
that INSERT … SELECT and closing: what it takes more is the same few milliseconds at any size.
"""

from collections.abc import Iterator
from statistics import median

from bench.databases import Databases
from bench.measure import Sample, Turns, in_fresh_process, take_turns
from bench.table import Figure, ratio

#: Users, and how many pairs of samples: the quicker, the more.
SIZES = {10_000: 10, 100_000: 8, 1_000_000: 3}
AIM = 1.15
#: MiB that the largest backfill may take more than the smallest and still count as flat.
FLAT = 8


def measure(databases: Databases) -> Iterator[Figure]:
    """Give the backfill alone and the whole start for each number of users, then the memory."""
    taken: dict[int, Turns] = {}
    for users, pairs in SIZES.items():
        databases.prepare(users, profiles=False)
        alone = _take_turns(databases, "backfill", users, pairs)
        yield ratio(f"{databases.name}: backfill of {users:,} users", alone, AIM)
        taken[users] = _take_turns(databases, "cold", users, pairs)
        yield ratio(f"{databases.name}: whole start with that backfill", taken[users])
    yield _memory(databases, taken)


def _take_turns(databases: Databases, what: str, users: int, pairs: int) -> Turns:
    def sample(module: str) -> Sample:
        with databases.copied(users) as url:
            return in_fresh_process(module, what, url)

    return take_turns(lambda: sample("bench.ours"), lambda: sample("bench.floor"), pairs)


def _memory(databases: Databases, taken: dict[int, Turns]) -> Figure:
    ours = [median(sample.peak_mib for sample in turns.ours) for turns in taken.values()]
    floor = [median(sample.peak_mib for sample in turns.floor) for turns in taken.values()]
    grown = ours[-1] - ours[0]
    return Figure(
        f"{databases.name}: peak memory at {', '.join(f'{users:,}' for users in SIZES)} users",
        " ".join(f"{mib:.0f}" for mib in ours) + " MiB",
        " ".join(f"{mib:.0f}" for mib in floor) + " MiB",
        f"{grown:+.1f} MiB from the smallest to the largest",
        f"flat (≤ {FLAT} MiB)",
        grown <= FLAT,
    )
