"""Report of a look, a dry run or a run: one view for status, plan, log and history."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from .errors import counted
from .plan import Action, RowPlan
from .snapshot import Marker

_LONGEST: Final = 60


class Outcome(StrEnum):
    """Name for what a run does, the last one of several seeds' being the whole run's."""

    UP_TO_DATE = "up_to_date"
    NEWER = "newer"
    HEALED = "healed"
    UPGRADED = "upgraded"
    SEEDED = "seeded"
    TAKEN = "taken"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were created, updated and kept.

    A single row is counted by field, all else by row. What was there already is kept where the
    manifest would change it; a backfilled row always, for it is somebody's own.
    """

    created: int = 0
    updated: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What a backfill found: `missing` rows of `total`, or how many it has inserted.

    `moving` rows of either table come with the same run. `keys` are the parents that get a row: a
    dry run lists them, a real one does not, since there may be millions.
    """

    name: str
    total: int
    missing: int
    moving: int = 0
    keys: Sequence[Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was found or done for one seed. `marker` is that of before, None if there was none.

    `version` is what the release brings, `matches` tells whether that very seed was applied.
    `rows` is empty when a newer version was: then they are not this release's to judge.
    `notes` are sentences of warning.
    """

    name: str
    version: int
    sections: tuple[str, ...]
    marker: Marker | None
    matches: bool
    backfills: tuple[BackfillReport, ...]
    rows: tuple[RowPlan, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    action: Outcome | None = None

    @property
    def version_before(self) -> int | None:
        """The version that the marker gave."""
        return self.marker.version if self.marker else None

    @property
    def is_newer(self) -> bool:
        """Whether a newer version was applied, by a newer release."""
        return self.marker is not None and self.marker.version > self.version

    @property
    def version_after(self) -> int | None:
        """The version that the marker has then."""
        if self.action is Outcome.REVERTED:
            return None
        return self.version_before if self.is_newer else self.version

    @property
    def writes(self) -> bool:
        """Whether anything changes."""
        changes = self.outcome not in {Outcome.UP_TO_DATE, Outcome.NEWER}
        return changes or any(one.missing for one in self.backfills)

    @property
    def outcome(self) -> Outcome:
        """What a run calls its work."""
        if self.action is not None:
            return self.action
        if self.is_newer:
            return Outcome.NEWER
        if self.marker is None:
            return Outcome.SEEDED
        if not self.matches:
            return Outcome.UPGRADED
        gap = any(row.writes for row in self.rows) or any(one.missing for one in self.backfills)
        return Outcome.HEALED if gap else Outcome.UP_TO_DATE

    def counts(self) -> dict[str, Counts]:
        """Return the counts by section."""
        counted = {
            name: _count([row for row in self.rows if row.section == name])
            for name in self.sections
        }
        return counted | {
            one.name: Counts(created=one.missing, kept=one.total - one.missing)
            for one in self.backfills
        }

    def pending(self) -> Iterator[str]:
        """Return in words what a run does."""
        for row in self.rows:
            if row.action is Action.INSERT:
                yield f"insert {row.label}"
            elif row.action is Action.UPDATE:
                yield f"update {row.label} ({', '.join(row.changes)})"
        for one in self.backfills:
            if one.missing:
                yield f"create {counted(one.missing, f'missing {one.name}')}"
        if not self.is_newer and not self.matches:
            yield f"record version {self.version} of the seed {self.name}"

    def kept(self) -> dict[str, tuple[Any, Any]]:
        """Return every edit that is kept: its name, the edit and what the manifest says."""
        return {f"{row.label}.{name}": pair for row in self.rows for name, pair in row.kept.items()}

    def dropped(self) -> dict[str, Any]:
        """Return every edit that a revert loses: its name and its value."""
        base = self.marker.values if self.marker else {}
        return {
            f"{row.section}.{name}": before
            for row in self.rows
            for name, (before, _) in row.changes.items()
            if before != base.get(row.section, {}).get(name)
        }

    def bad(self) -> Iterator[str]:
        """Return a sentence for each value that cannot be one of its column."""
        for row in self.rows:
            for name, value in row.bad.items():
                yield (
                    f"{row.table}.{name} of {row.label} held {_shown(value)}, which cannot be; "
                    "the default stands for it."
                )

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        marker = self.marker
        return {
            "seed": self.name,
            "outcome": self.outcome,
            "version_before": self.version_before,
            "version_after": self.version_after,
            "fingerprint_matches": self.matches,
            "applied_at": marker.applied_at.isoformat() if marker else None,
            "release": marker.release if marker else None,
            "counts": {name: asdict(counts) for name, counts in self.counts().items()},
            "pending": list(self.pending()),
            "kept": list(self.kept()),
            "rows": [row.as_json() for row in self.rows],
            "keys": {one.name: list(one.keys) for one in self.backfills if one.keys is not None},
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What was found or done in a database.

    `schema_before` and `schema_after` are the revisions of whoever migrates, None if nobody does;
    `repairs` says what of the schema was gone and is made again; `behind` are tables whose next id
    was one that is taken. `seeds` is empty while the tables are not there: then nothing can be said
    before the schema is upgraded, or repaired.
    """

    seeds: tuple[SeedReport, ...]
    schema_before: str | None = None
    schema_after: str | None = None
    repairs: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    milliseconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """What the whole run is called: the most that happens to any seed."""
        if not self.seeds and self.repairs:
            return Outcome.HEALED
        if not self.seeds:
            return Outcome.UPGRADED if self.schema_before else Outcome.SEEDED
        order = list(Outcome)
        outcome = max((seed.outcome for seed in self.seeds), key=order.index)
        if self.schema_before != self.schema_after and outcome is not Outcome.NEWER:
            return max(outcome, Outcome.UPGRADED, key=order.index)
        if (self.repairs or self.behind) and outcome is Outcome.UP_TO_DATE:
            return Outcome.HEALED
        return outcome

    @property
    def changes_something(self) -> bool:
        """Whether the database is written to."""
        upgrades = self.schema_before != self.schema_after or not self.seeds
        mends = bool(self.repairs or self.behind)
        return upgrades or mends or any(seed.writes for seed in self.seeds)

    @property
    def rows(self) -> tuple[RowPlan, ...]:
        """The rows of all seeds."""
        return tuple(row for seed in self.seeds for row in seed.rows)

    @property
    def notes(self) -> tuple[str, ...]:
        """The warnings of all seeds."""
        return tuple(note for seed in self.seeds for note in seed.notes)

    def counts(self, section: str) -> Counts:
        """Return the counts of a section, of whichever seed has it."""
        counted = (seed.counts() for seed in self.seeds)
        return next((counts[section] for counts in counted if section in counts), Counts())

    def summary(self) -> str:
        """Return the one line for the log."""
        return f"{self.outcome.replace('_', ' ')}: {self.details()}"

    def details(self) -> str:
        """Return versions, revisions and counts in one line."""
        sections = []
        for seed in self.seeds:
            name = "seed" if len(self.seeds) == 1 else f"seed {seed.name}"
            sections.append(f"{name} {step(seed.version_before, seed.version_after)}")
        sections.append(f"schema {step(self.schema_before, self.schema_after)}")
        counted = "; ".join(
            f"{name} {counts.created} created, {counts.updated} updated, {counts.kept} kept"
            for seed in self.seeds
            for name, counts in seed.counts().items()
        )
        parts = [", ".join(sections), *self.repairs, counted, f"{self.milliseconds:.0f} ms"]
        return "; ".join(filter(None, parts))

    def pending(self) -> Iterator[str]:
        """Return in words what a run does."""
        if self.schema_before != self.schema_after:
            before, after = self.schema_before, self.schema_after
            step = f"upgrade the schema from {before} to" if before else "create the schema"
            yield f"{step} {after}" + ("" if self.seeds else ", then seed what is missing")
        yield from self.repairs
        if self.repairs and not self.seeds:
            yield "seed what is missing then"
        for table in self.behind:
            yield f"set the next id of {table} behind its rows"
        for seed in self.seeds:
            yield from seed.pending()

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        return {
            "outcome": self.outcome,
            "changes_something": self.changes_something,
            "schema_before": self.schema_before,
            "schema_after": self.schema_after,
            "pending": list(self.pending()),
            "repairs": list(self.repairs),
            "behind": list(self.behind),
            "notes": list(self.notes),
            "seeds": [seed.as_json() for seed in self.seeds],
            "milliseconds": round(self.milliseconds, 1),
        }


def _count(rows: Sequence[RowPlan]) -> Counts:
    if any(row.single for row in rows):
        changed = [before for row in rows for before, _ in row.changes.values()]
        created = changed.count(None)
        return Counts(created, len(changed) - created, sum(len(row.kept) for row in rows))
    return Counts(
        created=sum(row.action is Action.INSERT for row in rows),
        updated=sum(row.action is Action.UPDATE for row in rows),
        kept=sum(bool(row.kept) for row in rows),
    )


def step(before: object, after: object) -> str:
    """Return the way from one version or revision to another, as the log tells it."""
    return f"{after or 'none'}" if before == after else f"{before or 'none'} -> {after or 'none'}"


def _shown(value: Any) -> str:
    return text if len(text := repr(value)) <= _LONGEST else f"{text[:_LONGEST]}…"
