"""The economy's seed, as it is declared to the mechanism."""

from typing import Final

from bot.gamification.bootstrap.manifest import ConfigDefaults, Manifest, RewardDefault
from bot.gamification.models import (
    BotConfig,
    Reward,
    RewardCondition,
    User,
    UserGamificationProfile,
)
from bot.seeding import Backfill, Children, Seed, SeededTable

SEED: Final = "gamification"

CONFIG: Final = SeededTable(
    "config", BotConfig, fields=tuple(ConfigDefaults.model_fields), single=1
)
REWARDS: Final = SeededTable(
    "rewards",
    Reward,
    key="key",
    fields=tuple(name for name in RewardDefault.model_fields if name not in {"key", "conditions"}),
    adopt_by="name",
    children=Children(
        "conditions",
        RewardCondition,
        parent="reward_id",
        columns=("condition_type", "condition_value", "condition_group"),
    ),
)
PROFILES: Final = Backfill(
    "profiles",
    UserGamificationProfile,
    parent=User,
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
