"""Inspection of a snapshot: what a run would do for each seed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from .declaration import Seed
from .errors import SeedError
from .plan import Action, Takes, make_plan, nothing
from .report import BackfillReport, Outcome, SeedReport
from .snapshot import Snapshot


def found(seed: Seed, snapshot: Snapshot) -> SeedReport:
    """Return the report of a seed without its rows: marker and backfills."""
    backfills = tuple(
        BackfillReport(one.name, one.table.name, total, total - have)
        for one in seed.backfills
        for total, have in [snapshot.counts[seed.name, one.name]]
    )
    marker = snapshot.markers.get(seed.name)
    matches = marker is not None and marker.matches(seed)
    return SeedReport(seed.name, seed.version, (*seed.sections,), marker, matches, backfills)


def compared(seed: Seed, snapshot: Snapshot, takes: Takes = nothing) -> SeedReport:
    """Return the report of what a run does for a seed, and `takes` gives back.

    Raises `SeedError` for edits of a newer version that shall be taken back.
    """
    report = found(seed, snapshot)
    if report.is_newer:
        if takes is not nothing:
            raise SeedError(
                f"A newer version of the seed {seed.name} was applied; take edits back with the "
                "release that did it."
            )
        return report
    stored = {table.name: snapshot.rows[seed.name, table.name] for table in seed.tables}
    applied = report.marker.values if report.marker else {}
    rows = make_plan(seed, seed.canonical if report.matches else applied, stored, takes)
    taken = Outcome.TAKEN if takes is not nothing and any(row.writes for row in rows) else None
    return replace(report, rows=rows, action=taken)


def with_newcomers(reports: Mapping[Seed, SeedReport]) -> list[SeedReport]:
    """Count among the parents of backfills, too, what comes with this very run."""
    come = Counter(
        seed.sections[row.section].table
        for seed, report in reports.items()
        for row in report.rows
        if row.action is Action.INSERT
    )
    found = []
    for seed, report in reports.items():
        backfills = []
        for backfill, one in zip(seed.backfills, report.backfills, strict=True):
            new = come[backfill.parents.table]
            backfills.append(replace(one, total=one.total + new, missing=one.missing + new))
            come[backfill.table] += backfills[-1].missing
        found.append(replace(report, backfills=tuple(backfills)))
    return found
