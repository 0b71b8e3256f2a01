"""Read and validate a seed manifest: `defaults.toml` or the operator's own."""

import tomllib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Self
from unicodedata import normalize

from pydantic import Field, ValidationError, model_validator

from bot.errors import BesitosError, reasons
from bot.gamification.config import ConfigDefinition
from bot.gamification.rewards.definition import RewardDefinition
from bot.gamification.types import Definition, LongText, same_name_key

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
DEFAULTS: Final = Path(__file__).with_name("defaults.toml")


class ManifestError(BesitosError):
    """A seed manifest that cannot be used; the database has not been touched."""


class Manifest(Definition):
    """A whole seed: what a complete database holds."""

    version: Annotated[int, Field(ge=1, le=1_000_000_000)]
    config: ConfigDefinition
    rewards: Annotated[tuple[RewardDefinition, ...], Field(strict=False)]
    #: By language: how names, descriptions and badges read in it. They are shown, and not seeded.
    texts: dict[Language, dict[str, LongText]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _tell_rewards_apart(self) -> Self:
        if twice := _first_repeated((reward.key, reward.key) for reward in self.rewards):
            raise ValueError(f"two rewards have the key {twice!r}")
        names = (
            (same_name_key(reward.name), reward.name) for reward in self.rewards if reward.is_active
        )
        if twice := _first_repeated(names):
            raise ValueError(f"two rewards have the name {twice!r}")
        return self

    @cached_property
    def values(self) -> dict[str, Any]:
        """The defaults as plain JSON: the marker's merge base, and what the merge works on.

        Rewards are a mapping by key, so their order in the file means nothing.
        """
        return {
            "config": self.config.model_dump(mode="json"),
            "rewards": {
                reward.key: {
                    **reward.model_dump(mode="json", exclude={"key", "conditions"}),
                    "conditions": _sorted_conditions(
                        [
                            condition.condition_type,
                            condition.condition_value,
                            condition.condition_group,
                        ]
                        for condition in reward.conditions
                    ),
                }
                for reward in self.rewards
            },
        }


def _sorted_conditions(conditions: Any) -> list[list[Any]]:
    """Return `[type, value, group]` triples in the one order that makes them comparable."""
    triples = [[str(kind), value, group] for kind, value, group in conditions]
    return sorted(triples, key=lambda triple: (triple[2], triple[0], triple[1] or 0))


def load_manifest(path: Path | None = None) -> Manifest:
    """Read the manifest at `path`, or the one that is shipped.

    Raises `ManifestError` with the file, each wrong key and the reason.
    """
    file = path or DEFAULTS
    try:
        return Manifest.model_validate(_composed(tomllib.loads(_decoded(file.read_bytes()))))
    except OSError as error:
        wrong = f"cannot be read ({error.strerror})"
    except UnicodeError:
        wrong = "is not valid TOML (it is not written in UTF-8: save the file as UTF-8)"
    except ValidationError as error:
        wrong = f"is wrong: {reasons(error)}"
    except RecursionError:
        wrong = "is not valid TOML (nested too deeply)"
    except ValueError as error:  # TOML, or a number with thousands of digits
        wrong = f"is not valid TOML ({error})"
    end = "" if wrong.endswith("?") else "."
    raise ManifestError(f"The seed manifest {file} {wrong}{end} Correct it; nothing was changed.")


def _decoded(content: bytes) -> str:
    """Decode UTF-8, with or without a mark; UTF-16 would pass for it where all is ASCII."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in content:
        raise UnicodeError
    return content.removeprefix(BOM_UTF8).decode()


def _composed(value: Any) -> Any:
    """Return what was read with its texts in one form (NFC): a Mac may save them decomposed."""
    if isinstance(value, str):
        return normalize("NFC", value)
    if isinstance(value, dict):
        return {_composed(name): _composed(one) for name, one in value.items()}
    return [_composed(one) for one in value] if isinstance(value, list) else value


def _first_repeated(named: Iterable[tuple[str, str]]) -> str | None:
    seen: set[str] = set()
    for key, shown in named:
        if key in seen:
            return shown
        seen.add(key)
    return None
