"""Catalogue of all rewards with their conditions, as the database has them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored, raw
from bot.gamification.models import RewardConditionRow, RewardRow
from bot.gamification.rewards.conditions import Condition
from bot.gamification.rewards.definition import RewardFields, condition_faults, reward_faults
from bot.gamification.stored import Problem, read_flag, read_json
from bot.gamification.types import ConditionType, RewardType


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward as an admin defined it; `value` depends on the type (see `REWARD_VALUES`)."""

    id: int
    name: str
    description: str | None
    type: RewardType
    value: dict[str, Any]
    is_active: bool
    is_repeatable: bool
    is_secret: bool
    claim_window_hours: int
    conditions: tuple[Condition, ...]


class Catalogue(dict[int, Reward]):
    """Rewards by id, in the order in which members see them.

    A reward with a `problem` of its own or in a condition is left out: nobody could say what it
    gives, and when; stopping every payment that unlocks it would be worse.
    """

    def __init__(self, rewards: Iterable[Reward] = (), problems: Iterable[Problem] = ()) -> None:
        """Put `rewards` into their order."""
        super().__init__({reward.id: reward for reward in rewards})
        self.problems = tuple(problems)


async def read_catalogue(connection: AsyncConnection) -> Catalogue:
    """Return all rewards as the database has them now."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in await connection.execute(_REWARDS):
        rows[row.id].append(row)
    rewards, problems = [], []
    for reward_id, (first, *more) in rows.items():
        conditions = [row for row in (first, *more) if row.condition_id is not None]
        fields = _fields(first)
        wrong = [*_wrong_fields(reward_id, first, fields), *_wrong_conditions(conditions)]
        problems += wrong
        if not wrong:
            rewards.append(_reward(reward_id, fields, conditions))
    return Catalogue(rewards, problems)


def _fields(row: Any) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in _FIELDS}
    flags = {name: read_flag(fields[name]) for name in _FLAGS}
    return fields | flags | {"reward_value": read_json(row.reward_value)}


def _wrong_fields(reward_id: int, row: Any, fields: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem.of(RewardRow.__tablename__, reward_id, name, getattr(row, name), reason)
        for name, reason in reward_faults(fields).items()
    ]


def _wrong_conditions(rows: Iterable[Any]) -> list[Problem]:
    return [
        Problem.of(
            RewardConditionRow.__tablename__, row.condition_id, name, getattr(row, name), reason
        )
        for row in rows
        for name, reason in condition_faults(_triple(row)).items()
    ]


def _triple(row: Any) -> tuple[Any, Any, Any]:
    return row.condition_type, row.condition_value, row.condition_group


def _reward(reward_id: int, fields: Mapping[str, Any], conditions: Iterable[Any]) -> Reward:
    named = {name: fields[name] for name in ("description", "claim_window_hours", *_FLAGS)}
    return Reward(
        id=reward_id,
        name=fields["name"],
        type=RewardType(fields["reward_type"]),
        value=fields["reward_value"],
        conditions=tuple(
            Condition(ConditionType(kind), value, group)
            for kind, value, group in map(_triple, conditions)
        ),
        **named,
    )


_FIELDS = tuple(RewardFields.model_fields)
_FLAGS = ("is_active", "is_repeatable", "is_secret")
_rewards, _conditions = RewardRow.__table__.c, RewardConditionRow.__table__.c
_REWARDS = (
    select(
        _rewards.id,
        *(
            (as_stored if name == "reward_value" else raw)(_rewards[name]).label(name)
            for name in _FIELDS
        ),
        _conditions.id.label("condition_id"),
        raw(_conditions.condition_type).label("condition_type"),
        raw(_conditions.condition_value).label("condition_value"),
        raw(_conditions.condition_group).label("condition_group"),
    )
    .outerjoin(RewardConditionRow.__table__, _conditions.reward_id == _rewards.id)
    .order_by(_rewards.sort_order, _rewards.id, _conditions.condition_group)
)
