"""History of the runs that changed something, and what they say of each other."""

import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .errors import SeedError
from .report import Report, SeedReport

_DAMAGED: Final = (
    "A row of the seeds' history (table seed_runs) is damaged; delete those that hold no time, no "
    "JSON object of counts or no list of changes."
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that changed something, as it is recorded in `seed_runs`."""

    ran_at: datetime
    seed: str
    outcome: str
    version_before: int | None
    version_after: int | None
    schema_before: str | None
    schema_after: str | None
    release: str
    host: str
    counts: dict[str, Any]
    changes: list[dict[str, Any]]
    notes: list[str]
    milliseconds: int

    def as_json(self) -> dict[str, Any]:
        """Return the run as plain JSON."""
        return {**asdict(self), "ran_at": self.ran_at.isoformat()}


async def read_runs(connection: AsyncConnection, runs: Table, *, limit: int = 20) -> list[Run]:
    """Return the newest runs, newest first."""
    columns = [column for column in runs.c if column.name != "id"]
    statement = select(*columns).order_by(runs.c.id.desc()).limit(limit)
    try:
        found = [Run(**row) for row in (await connection.execute(statement)).mappings()]
        changed = [one for run in found for one in run.changes]
    except (ValueError, TypeError) as error:
        raise SeedError(_DAMAGED) from error
    are_objects = all(isinstance(one, dict) for one in (*changed, *(run.counts for run in found)))
    if not are_objects or not all(isinstance(one.get("name"), str) for one in changed):
        raise SeedError(_DAMAGED)
    for run in found:
        if run.ran_at.tzinfo is None:  # SQLite stores no zone
            object.__setattr__(run, "ran_at", run.ran_at.replace(tzinfo=UTC))
    return found


async def write_runs(
    connection: AsyncConnection, runs: Table, report: Report, *, now: datetime, release: str
) -> None:
    """Record the run of every seed that changed something, or all of them if the schema did."""
    mended = [f"The schema had lost a part; done: {words}." for words in report.repairs]
    for seed in report.seeds:
        if seed.writes or mended or report.behind or report.schema_before != report.schema_after:
            row = {
                "ran_at": now,
                "seed": seed.name,
                "outcome": seed.outcome,
                "version_before": seed.version_before,
                "version_after": seed.version_after,
                "schema_before": report.schema_before,
                "schema_after": report.schema_after,
                "release": release,
                "host": socket.gethostname(),
                "counts": {name: asdict(counts) for name, counts in seed.counts().items()},
                "changes": list(changes(seed)),
                "notes": [*seed.bad(), *seed.notes, *mended],
                "milliseconds": round(report.milliseconds),
            }
            await connection.execute(insert(runs).values(row))


def changes(seed: SeedReport) -> Iterator[dict[str, Any]]:
    """Return each value that was replaced by another, and what could not be one."""
    for row in seed.rows:
        for name, (was, after) in row.changes.items():
            before = repr(row.bad[name]) if name in row.bad else was
            if before is not None:
                yield {"name": f"{row.label}.{name}", "before": before, "after": after}


def returning(seed: SeedReport, runs: Sequence[Run]) -> Iterator[str]:
    """Return a sentence for each value that a run sets and an earlier one has replaced.

    Two manifests of one version that take turns, as in a rolling release, would otherwise set a
    value to and fro at each start without a word.
    """
    same = (seed.name, seed.version, seed.version)
    if seed.version_before != seed.version:
        return
    replaced = {
        (earlier["name"], _text(earlier.get("before"))): run
        for run in reversed(runs)
        if (run.seed, run.version_before, run.version_after) == same
        for earlier in run.changes
    }
    for change in changes(seed):
        if run := replaced.get((change["name"], _text(change["after"]))):
            yield (
                f"{change['name']} is set from {change['before']!r} back to {change['after']!r}, "
                f"which release {run.release} on {run.host} had replaced on "
                f"{run.ran_at:%Y-%m-%d %H:%M} UTC: two manifests seem to take turns; give all "
                "replicas the same one, and a new one a higher version."
            )


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
