"""Read and validate a seed manifest: `defaults.toml` or the operator's own."""

import hashlib
import json
import tomllib
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from bot.errors import BesitosError
from bot.gamification.level_formula import FormulaError, LevelFormula
from bot.gamification.models import ConditionType, RewardType

DEFAULTS: Final = Path(__file__).with_name("defaults.toml")

#: Conditions that happen once and have nothing to count.
UNCOUNTED: Final = frozenset({ConditionType.FIRST_REACTION, ConditionType.FIRST_DAILY_GIFT})


class ManifestError(BesitosError):
    """A seed manifest that cannot be used; the database has not been touched."""


def _safe_formula(text: str) -> str:
    try:
        LevelFormula(text)
    except FormulaError as error:
        raise ValueError(str(error)) from error
    return text


# Everything that is counted fits 32 bits with room for sums.
Besitos = Annotated[int, Field(ge=0, le=1_000_000_000)]
PositiveBesitos = Annotated[int, Field(ge=1, le=1_000_000_000)]
Small = Annotated[int, Field(ge=0, le=1_000_000)]
# PostgreSQL stores no NUL in a text.
_NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=_NO_NUL)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class ConfigDefaults(_Part):
    """The economy's settings: what each does is in the README."""

    level_formula: Annotated[str, AfterValidator(_safe_formula)]
    besitos_per_reaction: Besitos
    besitos_daily_gift: Besitos
    besitos_daily_streak_bonus: Besitos
    max_reactions_per_day: Small
    besitos_daily_base: Besitos
    besitos_streak_bonus_per_day: Besitos
    besitos_streak_bonus_max: Besitos


class BesitosValue(_Part):
    """What a reward of type BESITOS pays."""

    amount: PositiveBesitos


class BadgeValue(_Part):
    """What a reward of type BADGE shows in the profile."""

    badge_name: Text
    emoji: Annotated[str, Field(min_length=1, max_length=16, pattern=_NO_NUL)]


REWARD_VALUES: Final[dict[RewardType, type[_Part]]] = {
    RewardType.BESITOS: BesitosValue,
    RewardType.BADGE: BadgeValue,
}


class ConditionDefault(_Part):
    """One condition of a reward; see `RewardCondition` for how groups combine."""

    condition_type: Annotated[ConditionType, Field(strict=False)]
    condition_value: PositiveBesitos | None = None
    condition_group: Small = 0

    @model_validator(mode="after")
    def _count_what_counts(self) -> Self:
        if (self.condition_type in UNCOUNTED) != (self.condition_value is None):
            verb = "takes no" if self.condition_type in UNCOUNTED else "needs a"
            raise ValueError(f"{self.condition_type} {verb} condition_value")
        return self


class RewardDefault(_Part):
    """One default reward. `key` is its identity for ever: never rename it."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    name: Text
    description: Annotated[str, Field(max_length=1000, pattern=_NO_NUL)] | None = None
    reward_type: Annotated[RewardType, Field(strict=False)]
    reward_value: dict[str, Any]
    is_active: bool = True
    is_repeatable: bool = False
    is_secret: bool = False
    claim_window_hours: Annotated[int, Field(ge=1, le=1_000_000)]
    sort_order: Small = 0
    conditions: Annotated[tuple[ConditionDefault, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _give_what_the_type_gives(self) -> Self:
        try:
            REWARD_VALUES[self.reward_type].model_validate(self.reward_value)
        except ValidationError as error:
            raise ValueError(f"reward_value of {self.reward_type}: {reasons(error)}") from error
        return self


class Manifest(_Part):
    """A whole seed: what a complete database holds."""

    version: Annotated[int, Field(ge=1, le=1_000_000_000)]
    config: ConfigDefaults
    rewards: Annotated[tuple[RewardDefault, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _tell_rewards_apart(self) -> Self:
        for field in ("key", "name"):
            seen = Counter(getattr(reward, field) for reward in self.rewards)
            if twice := sorted(value for value, times in seen.items() if times > 1):
                raise ValueError(f"two rewards have the {field} {twice[0]!r}")
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
                    "conditions": sorted_conditions(
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

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the manifest says, so formatting, comments and order do not matter."""
        canonical = json.dumps(
            {"version": self.version, **self.values}, sort_keys=True, ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()


def sorted_conditions(conditions: Any) -> list[list[Any]]:
    """Return `[type, value, group]` triples in the one order that makes them comparable."""
    triples = [[str(kind), value, group] for kind, value, group in conditions]
    return sorted(triples, key=lambda triple: (triple[2], triple[0], triple[1] or 0))


def load_manifest(path: Path | None = None) -> Manifest:
    """Read the manifest at `path`, or the one that is shipped.

    Raises `ManifestError` with the file, each wrong key and the reason.
    """
    file = path or DEFAULTS
    try:
        parsed = tomllib.loads(file.read_text(encoding="utf-8"))
        return Manifest.model_validate(parsed)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
    except ValidationError as error:
        why = f"is wrong at {reasons(error)}"
    except RecursionError:
        why = "is not valid TOML (nested too deeply)"
    except ValueError as error:  # TOML, UTF-8, or a number with thousands of digits
        why = f"is not valid TOML ({error})"
    raise ManifestError(f"The seed manifest {file} {why}. Correct it; nothing was changed.")


def reasons(error: ValidationError) -> str:
    """Return each wrong place and its reason, in one line."""
    return "; ".join(
        ": ".join(filter(None, [_place(problem["loc"]), _reason(problem["msg"])]))
        for problem in error.errors(include_url=False)
    )


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for step in location:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return place.removeprefix(".")


def _reason(message: str) -> str:
    text = message.removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]
