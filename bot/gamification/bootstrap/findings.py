"""Hold what a database has against what a manifest wants."""

from dataclasses import dataclass

from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.bootstrap.plan import SeedPlan, make_plan
from bot.gamification.bootstrap.report import Outcome
from bot.gamification.bootstrap.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Findings:
    """The verdict on a database whose schema is at head.

    `plan` is None when a newer manifest was applied: then its rows are not ours to judge.
    """

    snapshot: Snapshot
    plan: SeedPlan | None
    marker_matches: bool

    @property
    def outcome(self) -> Outcome:
        """What a start would call its work."""
        if self.plan is None:
            return Outcome.NEWER
        if self.snapshot.marker is None:
            return Outcome.SEEDED
        if not self.marker_matches:
            return Outcome.UPGRADED
        return Outcome.HEALED if self.incomplete else Outcome.UP_TO_DATE

    @property
    def incomplete(self) -> bool:
        """Whether a start would write anything."""
        seed_incomplete = self.plan is not None and (self.plan.writes or not self.marker_matches)
        return seed_incomplete or self.snapshot.missing_profiles > 0

    @property
    def seed_before(self) -> int | None:
        """The version that the marker gives."""
        return self.snapshot.marker.version if self.snapshot.marker else None


def judge(snapshot: Snapshot, manifest: Manifest) -> Findings:
    """Decide what `manifest` has to change in the database of `snapshot`."""
    marker = snapshot.marker
    if marker and marker.version > manifest.version:
        return Findings(snapshot, plan=None, marker_matches=False)
    base = marker.values if marker else {}
    return Findings(
        snapshot,
        plan=make_plan(manifest.values, base, snapshot.config, snapshot.rewards),
        marker_matches=bool(marker and marker.matches(manifest)),
    )
