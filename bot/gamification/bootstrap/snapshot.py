"""Read what the database holds of everything that the manifest speaks of."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.bootstrap.manifest import ConfigDefaults, RewardDefault, sorted_conditions
from bot.gamification.bootstrap.marker import SEED, Marker
from bot.gamification.bootstrap.plan import Fields, StoredReward
from bot.gamification.models import (
    BotConfig,
    Reward,
    RewardCondition,
    SeedMarker,
    User,
    UserGamificationProfile,
)

CONFIG_FIELDS = tuple(ConfigDefaults.model_fields)
REWARD_FIELDS = tuple(
    name for name in RewardDefault.model_fields if name not in {"key", "conditions"}
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The seeded part of a database at one moment."""

    marker: Marker | None
    config: Fields | None
    rewards: tuple[StoredReward, ...]
    users: int
    missing_profiles: int


async def take_snapshot(connection: AsyncConnection, *, lock_rows: bool = False) -> Snapshot:
    """Read the database; with `lock_rows`, no admin can edit what was read until we commit."""
    marker = (await connection.execute(_MARKER)).one_or_none()
    config = (
        await connection.execute(_CONFIG.with_for_update() if lock_rows else _CONFIG)
    ).one_or_none()
    rewards = (
        await connection.execute(_REWARDS.with_for_update() if lock_rows else _REWARDS)
    ).all()
    conditions = (await connection.execute(_CONDITIONS)).all()
    users, profiles = (await connection.execute(_COUNTS)).one()
    if profiles > users:
        # Orphans: somebody deleted users while SQLite's foreign keys were off. Now the difference
        # of the counts says nothing, and each user has to be looked up.
        missing = await connection.scalar(_MISSING)
    else:
        missing = users - profiles
    return Snapshot(
        marker=Marker(*marker) if marker else None,
        config=config._asdict() if config else None,
        rewards=tuple(_stored_rewards(rewards, conditions)),
        users=users,
        missing_profiles=missing or 0,
    )


_MARKER = select(
    SeedMarker.version,
    SeedMarker.fingerprint,
    SeedMarker.applied_values,
    SeedMarker.applied_at,
    SeedMarker.release,
).where(SeedMarker.seed == SEED)
_CONFIG = select(*(getattr(BotConfig, name) for name in CONFIG_FIELDS)).where(BotConfig.id == 1)
_REWARDS = select(Reward.id, Reward.key, *(getattr(Reward, name) for name in REWARD_FIELDS))
_CONDITIONS = select(
    RewardCondition.reward_id,
    RewardCondition.condition_type,
    RewardCondition.condition_value,
    RewardCondition.condition_group,
)
# Profiles are a subset of users, so two counts, each from an index, replace a million lookups.
_COUNTS = select(
    select(func.count()).select_from(User).scalar_subquery(),
    select(func.count()).select_from(UserGamificationProfile).scalar_subquery(),
)
_MISSING = (
    select(func.count())
    .select_from(User)
    .where(
        ~select(UserGamificationProfile)
        .where(UserGamificationProfile.user_id == User.user_id)
        .exists()
    )
)


def _stored_rewards(rewards: Any, conditions: Any) -> list[StoredReward]:
    by_reward: dict[int, list[Row[Any]]] = defaultdict(list)
    for reward_id, *condition in conditions:
        by_reward[reward_id].append(condition)
    return [
        StoredReward(
            id=row.id,
            key=row.key,
            fields={
                **{name: getattr(row, name) for name in REWARD_FIELDS},
                # A reward without conditions could never unlock: that is a gap, not an edit.
                "conditions": sorted_conditions(by_reward[row.id]) or None,
            },
        )
        for row in rewards
    ]
