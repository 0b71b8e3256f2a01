"""`python -m bench [subject …]`: each figure against its baseline, in one run."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from bench import postgresql, startup
from bench.databases import Databases, SqliteDatabases
from bench.report import Figure, show

STARTS: dict[str, Callable[[Databases], Iterator[Figure]]] = {
    "process": startup.measure_process,
    "warm": startup.measure_warm,
    "cold": startup.measure_cold,
}
SUBJECTS = (*STARTS, "reactions", "polling", "webhook", "leaderboard", "backup", "move", "memory")


def main() -> None:
    """Measure what the command line names, or everything."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    parser.add_argument("--sqlite-only", action="store_true", help="leave PostgreSQL out")
    arguments = parser.parse_args()
    if unknown := set(arguments.subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}; choose {', '.join(SUBJECTS)}")
    subjects = set(arguments.subjects or SUBJECTS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="besitos-bench-")))
        engines: list[Databases] = [SqliteDatabases(folder)]
        if not arguments.sqlite_only and subjects - {"process"}:
            engines.append(stack.enter_context(postgresql.running(folder)))
        show(list(_announced(_measure(subjects, engines))))


def _measure(subjects: set[str], engines: list[Databases]) -> Iterator[Figure]:
    for subject in SUBJECTS:
        if subject in subjects:
            # aiogram takes seconds to import: only those who measure it wait for it.
            measure = STARTS.get(subject) or import_module(f"bench.{subject}").measure
            # The database hardly matters to a process that mostly imports.
            for databases in engines[:1] if subject == "process" else engines:
                yield from measure(databases)


def _announced(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Tell the one who waits what has been measured so far."""
    for figure in figures:
        sys.stderr.write(f"{figure.name}: {figure.compared}\n")
        yield figure


if __name__ == "__main__":
    main()
