"""Manifests of releases to come."""

from typing import Any

from bot.gamification.bootstrap.manifest import Manifest


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
