"""Read what the database holds of everything that the manifest speaks of: in one statement.

One statement sees one moment, even under READ COMMITTED, and costs one round trip. The price is
that it is written in SQL, since each engine builds JSON with functions of its own.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.errors import DatabaseError
from bot.gamification.bootstrap.manifest import ConfigDefaults, RewardDefault, sorted_conditions
from bot.gamification.bootstrap.marker import SEED, Marker
from bot.gamification.bootstrap.plan import Fields, StoredReward
from bot.gamification.models import (
    BotConfig,
    Reward,
    RewardCondition,
    User,
    UserGamificationProfile,
)

CONFIG_FIELDS = tuple(ConfigDefaults.model_fields)
REWARD_FIELDS = tuple(
    name for name in RewardDefault.model_fields if name not in {"key", "conditions"}
)
_FLAGS = tuple(name for name in REWARD_FIELDS if name.startswith("is_"))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The seeded part of a database at one moment, and the revision of its schema."""

    revision: str | None
    marker: Marker | None
    config: Fields | None
    rewards: tuple[StoredReward, ...]
    users: int
    missing_profiles: int


async def take_snapshot(connection: AsyncConnection, *, lock_rows: bool = False) -> Snapshot:
    """Read the database; with `lock_rows`, no admin can edit what was read until we commit.

    Raises `DatabaseError` when the marker is not what a start has written.
    """
    if lock_rows and connection.dialect.name == "postgresql":
        # Statements of their own: one that waits for a row sees the others as before it waited.
        for table in (BotConfig, Reward, RewardCondition):
            # Not from members who unlock one: they refer to the row, and must not wait.
            locked = select(table.__table__.c.id).with_for_update(key_share=True)
            await connection.execute(locked)
    statement = _statement(connection.dialect.name)
    row: Sequence[Any] = (await connection.exec_driver_sql(statement)).one()
    revision, *parts, users, profiles = row
    marker, config, rewards, conditions = [json.loads(part) if part else None for part in parts]
    # Profiles are a subset of users, so the two counts, each from an index, tell how many are
    # missing. More profiles than users are orphans: somebody deleted users while SQLite's foreign
    # keys were off. Then the difference says nothing, and each user has to be looked up.
    missing = users - profiles
    if missing < 0:
        missing = await connection.scalar(_LOOK_UP_EACH)
    return Snapshot(
        revision=revision,
        marker=_marker(*marker) if marker else None,
        config=dict(zip(CONFIG_FIELDS, config, strict=True)) if config else None,
        rewards=tuple(_rewards(rewards or (), conditions or ())),
        users=users,
        missing_profiles=missing,
    )


@cache
def _statement(dialect: str) -> str:
    # Only names of our own columns and constants are put into the text.
    on_sqlite = dialect == "sqlite"
    array, group = (
        ("json_array", "json_group_array") if on_sqlite else ("json_build_array", "json_agg")
    )
    text = "" if on_sqlite else "::text"  # both drivers then hand over what we parse alike
    value = "json({})" if on_sqlite else "{}"
    reward_columns = ", ".join(
        value.format(name) if name == "reward_value" else name for name in REWARD_FIELDS
    )
    return f"""
        SELECT
          (SELECT version_num FROM alembic_version),
          (SELECT {array}(version, fingerprint, {value.format("applied_values")}, applied_at,
                          release)
             FROM seed_marker WHERE seed = '{SEED}'){text},
          (SELECT {array}({", ".join(CONFIG_FIELDS)})
             FROM bot_config WHERE id = 1){text},
          (SELECT {group}({array}(id, key, {reward_columns}))
             FROM (SELECT * FROM rewards ORDER BY id) AS reward){text},
          (SELECT {group}({array}(reward_id, condition_type, condition_value, condition_group))
             FROM reward_conditions){text},
          (SELECT count(*) FROM users),
          (SELECT count(*) FROM user_gamification_profiles)
    """  # noqa: S608


_LOOK_UP_EACH = (
    select(func.count())
    .select_from(User)
    .where(
        ~select(UserGamificationProfile)
        .where(UserGamificationProfile.user_id == User.user_id)
        .exists()
    )
)


def _marker(
    version: int, fingerprint: str, values: dict[str, Any], applied_at: str, release: str
) -> Marker:
    try:
        moment = datetime.fromisoformat(applied_at)
        whole = all(isinstance(values[part], dict) for part in ("config", "rewards"))
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise DatabaseError(
            "The seed's marker in the database (table seed_marker) is damaged; delete that row and "
            "start again: what the database holds then counts as edited and is kept."
        )
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Marker(version, fingerprint, values, aware.astimezone(UTC), release)


def _rewards(
    rewards: Iterable[Sequence[Any]], conditions: Iterable[Sequence[Any]]
) -> Iterable[StoredReward]:
    by_reward: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for reward_id, *condition in conditions:
        by_reward[reward_id].append(condition)
    for reward_id, key, *values in rewards:
        fields = dict(zip(REWARD_FIELDS, values, strict=True))
        # SQLite has no booleans of its own.
        fields |= {name: bool(fields[name]) for name in _FLAGS}
        # A reward without conditions could never unlock: that is a gap, not an edit.
        fields["conditions"] = sorted_conditions(by_reward[reward_id]) or None
        yield StoredReward(reward_id, key, fields)
