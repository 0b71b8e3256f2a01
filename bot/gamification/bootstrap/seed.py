"""The economy's seed, as it is declared to the mechanism."""

from typing import Final

from bot.gamification.bootstrap.manifest import Manifest
from bot.gamification.config import SETTINGS, accepts_setting
from bot.gamification.models import (
    AccountRow,
    BotConfigRow,
    RewardConditionRow,
    RewardRow,
    UserRow,
)
from bot.gamification.rewards.definition import CONDITION_FIELDS, RewardFields, accepts_reward_value
from bot.seeding import Backfill, Children, Seed, SeededTable

SEED: Final = "gamification"

CONFIG: Final = SeededTable(
    "config", BotConfigRow, fields=SETTINGS, single=1, accepts=accepts_setting
)
REWARDS: Final = SeededTable(
    "rewards",
    RewardRow,
    key="key",
    fields=tuple(RewardFields.model_fields),
    adopt_by="name",
    accepts=accepts_reward_value,
    children=Children(
        "conditions", RewardConditionRow, parent="reward_id", columns=CONDITION_FIELDS
    ),
)
PROFILES: Final = Backfill(
    "profiles",
    AccountRow,
    parent=UserRow,
    defaults={"balance": 0, "total_earned": 0, "total_spent": 0, "level": 1},
)


def make_seed(manifest: Manifest) -> Seed:
    """Return the seed of a manifest."""
    return Seed(
        SEED,
        version=manifest.version,
        values=manifest.values,
        tables=(CONFIG, REWARDS),
        backfills=(PROFILES,),
    )
