"""Decide each change, purely: what the manifest wants, what the database holds, what was applied.

The rule, for each field (base: as last applied, mine: in the database, theirs: the manifest):
a value that is NULL or still equal to base takes theirs; any other value is somebody's edit and
is kept. Without a base every value is an edit. Nothing is ever deleted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Fields = Mapping[str, Any]
Pairs = Mapping[str, tuple[Any, Any]]


class Action(StrEnum):
    """What happens to a row."""

    INSERT = "insert"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class StoredReward:
    """A reward as the database holds it; `fields` includes its conditions, None if it has none."""

    id: int
    key: str | None
    fields: Fields


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What shall happen to one row.

    `changes` and `kept` give pairs: before and after; the edit, and what the manifest would say.
    """

    table: str
    key: str
    action: Action
    row_id: int | None = None
    changes: Pairs = field(default_factory=dict)
    kept: Pairs = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether the row will change at all."""
        return self.action is not Action.KEEP

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain JSON."""
        return {
            "table": self.table,
            "key": self.key,
            "action": self.action,
            "changes": {
                name: {"before": before, "after": after}
                for name, (before, after) in self.changes.items()
            },
            "kept": {
                name: {"edited": edited, "default": default}
                for name, (edited, default) in self.kept.items()
            },
        }


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """What shall happen to every row that the manifest speaks of."""

    config: RowPlan
    rewards: tuple[RowPlan, ...]

    @property
    def rows(self) -> tuple[RowPlan, ...]:
        """All rows in the order in which they are written."""
        return (self.config, *self.rewards)

    @property
    def writes(self) -> bool:
        """Whether anything will change."""
        return any(row.writes for row in self.rows)


def make_plan(
    theirs: Fields, base: Fields, config: Fields | None, rewards: Iterable[StoredReward]
) -> SeedPlan:
    """Merge the manifest's values (`Manifest.values`) into what the database holds.

    `base` has the same shape as `theirs`; it is empty when no marker exists.
    """
    base_rewards = base.get("rewards", {})
    stored = _match(theirs["rewards"], list(rewards))
    return SeedPlan(
        config=_plan_config(base.get("config", {}), config, theirs["config"]),
        rewards=tuple(
            _plan_reward(key, base_rewards.get(key, {}), stored.get(key), fields)
            for key, fields in theirs["rewards"].items()
        ),
    )


def _match(wanted: Fields, rewards: list[StoredReward]) -> dict[str, StoredReward]:
    """Find the row of each wanted reward: by key, else one of the same name that is nobody's."""
    matched = {reward.key: reward for reward in rewards if reward.key in wanted}
    by_name: dict[str, StoredReward] = {}
    for reward in sorted(rewards, key=lambda reward: reward.id):
        if reward.key not in wanted:
            by_name.setdefault(reward.fields["name"], reward)
    adopted = {
        key: by_name[fields["name"]]
        for key, fields in wanted.items()
        if key not in matched and fields["name"] in by_name
    }
    return {**{str(key): reward for key, reward in matched.items()}, **adopted}


def _plan_config(base: Fields, mine: Fields | None, theirs: Fields) -> RowPlan:
    if mine is None:
        return RowPlan("bot_config", "1", Action.INSERT, changes=_all_new(theirs))
    changes, kept = _merge(base, mine, theirs)
    return RowPlan("bot_config", "1", _action(changes), 1, changes, kept)


def _plan_reward(key: str, base: Fields, stored: StoredReward | None, theirs: Fields) -> RowPlan:
    if stored is None:
        return RowPlan("rewards", key, Action.INSERT, changes=_all_new(theirs))
    # An adopted row gets our key: its old one counts as unset, for the key is our identity.
    mine = {**stored.fields, "key": key if stored.key == key else None}
    changes, kept = _merge(base, mine, {"key": key, **theirs})
    return RowPlan("rewards", key, _action(changes), stored.id, changes, kept)


def _merge(base: Fields, mine: Fields, theirs: Fields) -> tuple[Pairs, Pairs]:
    changes: dict[str, tuple[Any, Any]] = {}
    kept: dict[str, tuple[Any, Any]] = {}
    for name, after in theirs.items():
        before = mine.get(name)
        if before == after:
            continue
        untouched = before is None or (name in base and before == base[name])
        (changes if untouched else kept)[name] = (before, after)
    return changes, kept


def _all_new(theirs: Fields) -> Pairs:
    return {name: (None, value) for name, value in theirs.items()}


def _action(changes: Pairs) -> Action:
    return Action.UPDATE if changes else Action.KEEP
