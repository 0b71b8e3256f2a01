"""All rewards with their conditions, read at most every few seconds."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.bootstrap.manifest import REWARD_VALUES
from bot.gamification.models import Reward as RewardRow
from bot.gamification.models import RewardCondition, RewardType
from bot.gamification.rewards.rules import Condition

logger = logging.getLogger(__name__)


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


Catalogue = dict[int, Reward]


async def read_catalogue(connection: AsyncConnection) -> Catalogue:
    """Return all rewards by id, in the order in which members see them."""
    conditions: dict[int, list[Condition]] = defaultdict(list)
    rewards: dict[int, Any] = {}
    for row in await connection.execute(_REWARDS):
        rewards[row.id] = row
        if row.condition_type is not None:
            conditions[row.id].append(
                Condition(row.condition_type, row.condition_value, row.condition_group)
            )
    return {
        row.id: Reward(
            id=row.id,
            name=row.name,
            description=row.description,
            type=row.reward_type,
            value=row.reward_value,
            is_active=row.is_active,
            is_repeatable=row.is_repeatable,
            is_secret=row.is_secret,
            claim_window_hours=row.claim_window_hours,
            conditions=tuple(conditions[row.id]),
        )
        for row in rewards.values()
        if _has_good_value(row)
    }


def _has_good_value(row: Any) -> bool:
    try:
        REWARD_VALUES[row.reward_type].model_validate(row.reward_value)
    except ValidationError as error:
        # Only SQL by hand gets such a value past the admin panel. Nobody could be told what the
        # reward gives; stopping every payment that unlocks it would be worse than leaving it out.
        logger.error(  # noqa: TRY400 - the sentence says it all
            "Reward %d is left out: its reward_value is wrong (%s); correct it in the database.",
            row.id,
            error.errors()[0]["msg"],
        )
        return False
    return True


_REWARDS = (
    select(
        RewardRow.id,
        RewardRow.name,
        RewardRow.description,
        RewardRow.reward_type,
        RewardRow.reward_value,
        RewardRow.is_active,
        RewardRow.is_repeatable,
        RewardRow.is_secret,
        RewardRow.claim_window_hours,
        RewardCondition.condition_type,
        RewardCondition.condition_value,
        RewardCondition.condition_group,
    )
    .outerjoin(RewardCondition, RewardCondition.reward_id == RewardRow.id)
    .order_by(RewardRow.sort_order, RewardRow.id, RewardCondition.condition_group)
)
