"""Inspection of a snapshot: what a run would do for each seed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Table

from .declaration import Seed
from .errors import SeedError
from .plan import Action, RowPlan, Takes, make_plan, nothing
from .report import BackfillReport, Outcome, SeedReport
from .sections import SeededTable
from .snapshot import Snapshot


def found(seed: Seed, snapshot: Snapshot) -> SeedReport:
    """Return the report of a seed without its rows: marker and backfills."""
    backfills = tuple(
        BackfillReport(one.name, total, total - have)
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
    plans = [
        (seed.sections[row.section], row) for seed, report in reports.items() for row in report.rows
    ]
    rows = Counter(table for section, row in plans for table in _inserted(section, row))
    inserted = [section for section, row in plans if row.action is Action.INSERT]
    looked_at = {
        backfill: one
        for seed, report in reports.items()
        for backfill, one in zip(seed.backfills, report.backfills, strict=True)
    }
    expected = dict(looked_at)
    for _ in looked_at:  # as many as may lead one to the next
        made = Counter(rows)
        for backfill, one in expected.items():
            made[backfill.table] += one.missing
        for backfill, one in looked_at.items():
            newcomers = made[backfill.parents.table]
            have_theirs = sum(
                section.table is backfill.table and backfill.owner.name in section.names
                for section in inserted
            )
            expected[backfill] = replace(
                one,
                total=one.total + newcomers,
                missing=max(0, one.missing + newcomers - have_theirs),
                moving=newcomers + have_theirs,
            )
    return [
        replace(report, backfills=tuple(expected[one] for one in seed.backfills))
        for seed, report in reports.items()
    ]


def _inserted(table: SeededTable, row: RowPlan) -> Iterator[Table]:
    """Give the table of each row that a plan inserts."""
    if row.action is Action.INSERT:
        yield table.table
    if table.children and table.children.name in row.changes:
        before, after = row.changes[table.children.name]
        yield from (table.children.table for one in after or () if one not in (before or ()))
