"""Manifest that is shipped, and those of releases to come."""

from functools import cache
from typing import Any

from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.config import TEXTS
from bot.gamification.types import RewardType

#: Reads it once for all tests of a process.
shipped_manifest = cache(load_manifest)


def next_version(manifest: Manifest, *, version: int | None = None, **config: Any) -> Manifest:
    """Return the manifest of a later release, with other settings."""
    data = manifest.model_dump()
    return Manifest.model_validate(
        {
            **data,
            "version": manifest.version + 1 if version is None else version,
            "config": {**data["config"], **config},
        }
    )


def with_reward(manifest: Manifest, key: str, **fields: Any) -> Manifest:
    """Return the manifest with one reward changed, or added when the key is new."""
    data = manifest.model_dump()
    rewards = {reward["key"]: reward for reward in data["rewards"]}
    rewards[key] = {**rewards.get(key, {"key": key}), **fields}
    return Manifest.model_validate({**data, "rewards": list(rewards.values())})


def without_reward(manifest: Manifest, key: str) -> Manifest:
    """Return the manifest without one reward."""
    data = manifest.model_dump()
    kept = [reward for reward in data["rewards"] if reward["key"] != key]
    return Manifest.model_validate({**data, "rewards": kept})


def with_everything_changed(manifest: Manifest) -> Manifest:
    """Return the manifest of a later release in which no value is what it was."""
    data = manifest.model_dump()
    formula, _ = (data["config"].pop(name) for name in TEXTS)
    return Manifest.model_validate(
        {
            "version": manifest.version + 1,
            "config": {
                "level_formula": f"{formula} + 1",
                "timezone": "America/Bogota",
                **{name: value + 1 for name, value in data["config"].items()},
            },
            "rewards": [_changed(reward) for reward in data["rewards"]],
        }
    )


def _changed(reward: dict[str, Any]) -> dict[str, Any]:
    pays = reward["reward_type"] == RewardType.BESITOS
    badge = {"badge_name": f"badge of {reward['key']}", "emoji": "🆕"}
    return {
        "key": reward["key"],
        "name": f"{reward['name']} II",
        "description": f"{reward['description']} (II)",
        "reward_type": RewardType.BADGE if pays else RewardType.BESITOS,
        "reward_value": badge if pays else {"amount": 999},
        "is_active": not reward["is_active"],
        "is_repeatable": not reward["is_repeatable"],
        "is_secret": not reward["is_secret"],
        "claim_window_hours": reward["claim_window_hours"] + 1,
        "sort_order": reward["sort_order"] + 100,
        "conditions": [
            {"condition_type": "LEVEL_REACHED", "condition_value": 77, "condition_group": 3},
            {"condition_type": "LEVEL_REACHED", "condition_value": 8, "condition_group": 3},
        ],
    }
