"""Reward conditions and the progress towards them, as pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.gamification.streaks import Run, Streaks
from bot.gamification.types import ConditionType, StreakType


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a reward; `value` is None where there is nothing to count."""

    type: ConditionType
    value: int | None
    group: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions are about: a member's totals in besitos, level and streaks.

    `total_spent` is without what admins took. A streak counts as it was on one of `days`: when the
    member acted, which is told late at times, and today.
    """

    days: Sequence[date]
    total_earned: int
    total_spent: int
    level: int
    streaks: Streaks


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where a member stood when a repeatable reward was last unlocked: it counts from there."""

    day: date
    total_earned: int
    total_spent: int
    level: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of what is needed is there; both count the condition's own thing."""

    have: int
    need: int

    @property
    def done(self) -> bool:
        """Return whether the condition is met."""
        return self.have >= self.need


def progress(condition: Condition, facts: Facts, since: Baseline | None = None) -> Progress:
    """Return how far a condition is; with `since`, counting only what came afterwards."""
    need = condition.value or 1
    return Progress(max(min(_have(condition.type, facts, since, need), need), 0), need)


def are_met(conditions: Sequence[Condition], facts: Facts, since: Baseline | None = None) -> bool:
    """Return whether all conditions of group 0 hold, and one of each further group.

    A reward without conditions never unlocks.
    """
    return bool(conditions) and overall(conditions, facts, since).done


def overall(
    conditions: Sequence[Condition], facts: Facts, since: Baseline | None = None
) -> Progress:
    """Return the progress of what is farthest from done, taking the nearest of alternatives."""
    needed: list[Progress] = []
    alternatives: dict[int, list[Progress]] = {}
    for condition in conditions:
        one = progress(condition, facts, since)
        group = alternatives.setdefault(condition.group, []) if condition.group else needed
        group.append(one)
    needed += [max(group, key=_done) for group in alternatives.values()]
    return min(needed, key=_done, default=Progress(0, 1))


def _done(progress: Progress) -> float:
    return progress.have / progress.need


def _have(kind: ConditionType, facts: Facts, since: Baseline | None, need: int) -> int:
    match kind:
        case ConditionType.FIRST_REACTION:
            return _first(StreakType.REACTION, facts, since)
        case ConditionType.FIRST_DAILY_GIFT:
            return _first(StreakType.DAILY_GIFT, facts, since)
        case ConditionType.STREAK_LENGTH:
            return _streak_length(facts, since)
        case ConditionType.TOTAL_POINTS:
            return facts.total_earned - (since.total_earned if since else 0)
        case ConditionType.BESITOS_SPENT:
            return facts.total_spent - (since.total_spent if since else 0)
        case ConditionType.LEVEL_REACHED:
            # A level is reached once: it comes anew only after having been lost.
            return facts.level if since is None or since.level < need else 0


def _first(kind: StreakType, facts: Facts, since: Baseline | None) -> int:
    return int(kind in facts.streaks and since is None)


def _streak_length(facts: Facts, since: Baseline | None) -> int:
    streak = facts.streaks.get(StreakType.DAILY_GIFT)
    if streak is None:
        return 0
    runs = [run for day in facts.days if (run := streak.run_on(day))]
    return max((_length_since(run, since) for run in runs), default=0)


def _length_since(run: Run, since: Baseline | None) -> int:
    return run.length if since is None else min(run.length, (run.last_day - since.day).days)
