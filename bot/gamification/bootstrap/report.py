"""What a bootstrap did or would do, for the log, the command line and the handlers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from bot.gamification.bootstrap.plan import Action, RowPlan, SeedPlan


class Outcome(StrEnum):
    """How a start finds the database, and so what it calls its work."""

    SEEDED = "seeded"
    UPGRADED = "upgraded"
    HEALED = "healed"
    UP_TO_DATE = "up_to_date"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were created, updated and kept.

    A setting or a reward is kept when it holds an edit that the manifest would change; a
    profile is kept when it was there already, for it is the member's own.
    """

    created: int = 0
    updated: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class BootstrapReport:
    """The result of a bootstrap; a version or revision of None means that there was none.

    `rows` gives each row of config and rewards that was inserted, updated or kept;
    `profile_ids` the users who get a profile (a dry run lists them, a real one does not: there
    may be millions). Config is counted by setting, rewards and profiles by row.
    """

    outcome: Outcome
    seed_before: int | None
    seed_after: int | None
    schema_before: str | None
    schema_after: str
    config: Counts
    rewards: Counts
    profiles: Counts
    rows: tuple[RowPlan, ...] = field(repr=False)
    profile_ids: Sequence[int] | None = field(default=None, repr=False)
    milliseconds: float = 0.0

    @property
    def changes_something(self) -> bool:
        """Whether the database is written to."""
        idle = self.outcome in {Outcome.UP_TO_DATE, Outcome.NEWER}
        return not idle or self.schema_before != self.schema_after or self.profiles.created > 0

    def summary(self) -> str:
        """Return the one line for the log."""
        sections = (("config", self.config), ("rewards", self.rewards), ("profiles", self.profiles))
        counted = "; ".join(
            f"{name} {counts.created} created, {counts.updated} updated, {counts.kept} kept"
            for name, counts in sections
        )
        return (
            f"bootstrap {self.outcome.replace('_', ' ')}: "
            f"seed {_step(self.seed_before, self.seed_after)}, "
            f"schema {_step(self.schema_before, self.schema_after)}; "
            f"{counted}; {self.milliseconds:.0f} ms"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        return {
            "outcome": self.outcome,
            "changes_something": self.changes_something,
            "seed_before": self.seed_before,
            "seed_after": self.seed_after,
            "schema_before": self.schema_before,
            "schema_after": self.schema_after,
            "config": asdict(self.config),
            "rewards": asdict(self.rewards),
            "profiles": asdict(self.profiles),
            "rows": [row.as_json() for row in self.rows],
            "profile_ids": None if self.profile_ids is None else list(self.profile_ids),
            "milliseconds": round(self.milliseconds, 1),
        }


def count_config(plan: SeedPlan | None) -> Counts:
    """Count the settings of the config row."""
    if plan is None:
        return Counts()
    before = [value for value, _ in plan.config.changes.values()]
    return Counts(
        created=before.count(None),
        updated=len(before) - before.count(None),
        kept=len(plan.config.kept),
    )


def count_rewards(plan: SeedPlan | None) -> Counts:
    """Count the rewards; one that is updated in one field may be kept in another."""
    rows = plan.rewards if plan else ()
    return Counts(
        created=sum(row.action is Action.INSERT for row in rows),
        updated=sum(row.action is Action.UPDATE for row in rows),
        kept=sum(bool(row.kept) for row in rows),
    )


def _step(before: object, after: object) -> str:
    return f"{after or 'none'}" if before == after else f"{before or 'none'} -> {after or 'none'}"
