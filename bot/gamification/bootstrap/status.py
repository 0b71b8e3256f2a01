"""What a start would do, told from a look at the database alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.database import schema
from bot.gamification.bootstrap.findings import Findings
from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.plan import Action
from bot.gamification.bootstrap.report import Outcome


@dataclass(frozen=True, slots=True)
class SeedStatus:
    """Where a database stands. `pending` says in words what a start would do; empty: nothing."""

    outcome: Outcome
    marker_version: int | None
    manifest_version: int
    fingerprint_matches: bool
    applied_at: datetime | None
    release: str | None
    schema_revision: str | None
    schema_head: str
    pending: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def would_change(self) -> bool:
        """Whether a start would write to the database."""
        return bool(self.pending)

    def as_json(self) -> dict[str, Any]:
        """Return the status as plain JSON."""
        return {
            "outcome": self.outcome,
            "would_change": self.would_change,
            "marker_version": self.marker_version,
            "manifest_version": self.manifest_version,
            "fingerprint_matches": self.fingerprint_matches,
            "applied_at": self.applied_at.isoformat() if self.applied_at else None,
            "release": self.release,
            "schema_revision": self.schema_revision,
            "schema_head": self.schema_head,
            "pending": list(self.pending),
            "kept": list(self.kept),
        }


def make_status(revision: str | None, findings: Findings | None, manifest: Manifest) -> SeedStatus:
    """Put what `BootstrapService.inspect` returned into words."""
    marker = findings.snapshot.marker if findings else None
    return SeedStatus(
        # Behind on schema, the seed cannot be judged before the upgrade.
        outcome=findings.outcome
        if findings
        else (Outcome.UPGRADED if revision else Outcome.SEEDED),
        marker_version=marker.version if marker else None,
        manifest_version=manifest.version,
        fingerprint_matches=bool(findings and findings.marker_matches),
        applied_at=marker.applied_at if marker else None,
        release=marker.release if marker else None,
        schema_revision=revision,
        schema_head=schema.head(),
        pending=tuple(_pending(revision, findings, manifest)),
        kept=tuple(_kept(findings)),
    )


def _pending(revision: str | None, findings: Findings | None, manifest: Manifest) -> list[str]:
    if findings is None:
        step = f"upgrade the schema from {revision} to" if revision else "create the schema"
        return [f"{step} {schema.head()}, then seed what is missing"]
    words = []
    if findings.plan:
        if findings.plan.config.changes:
            words.append(f"set {', '.join(findings.plan.config.changes)}")
        words += [
            f"insert reward {row.key}"
            if row.action is Action.INSERT
            else f"update reward {row.key} ({', '.join(row.changes)})"
            for row in findings.plan.rewards
            if row.writes
        ]
    if missing := findings.snapshot.missing_profiles:
        words.append(f"create {missing} missing profiles")
    if findings.plan and not findings.marker_matches:
        words.append(f"record seed version {manifest.version}")
    return words


def _kept(findings: Findings | None) -> list[str]:
    rows = findings.plan.rows if findings and findings.plan else ()
    return [f"{row.table} {row.key}: {', '.join(row.kept)}" for row in rows if row.kept]
