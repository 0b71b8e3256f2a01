"""Definition of a valid reward: its fields, its conditions, and the value of each type."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Self

from pydantic import Field, ValidationError, model_validator

from bot.errors import reasons
from bot.gamification.types import (
    ConditionType,
    Definition,
    Emoji,
    Hours,
    LongText,
    Name,
    Order,
    PositiveBesitos,
    RewardType,
    Small,
    Text,
    fault,
)

#: Conditions that happen once and have nothing to count.
UNCOUNTED: Final = frozenset({ConditionType.FIRST_REACTION, ConditionType.FIRST_DAILY_GIFT})


class BesitosValue(Definition):
    """What a reward of type BESITOS pays."""

    amount: PositiveBesitos


class BadgeValue(Definition):
    """What a reward of type BADGE shows in the profile."""

    badge_name: Text
    emoji: Emoji


REWARD_VALUES: Final[dict[RewardType, type[Definition]]] = {
    RewardType.BESITOS: BesitosValue,
    RewardType.BADGE: BadgeValue,
}


class ConditionDefinition(Definition):
    """One condition of a reward; see `RewardConditionRow` for how groups combine."""

    condition_type: Annotated[ConditionType, Field(strict=False)]
    condition_value: PositiveBesitos | None = None
    condition_group: Small = 0

    @model_validator(mode="after")
    def _count_what_counts(self) -> Self:
        if (self.condition_type in UNCOUNTED) != (self.condition_value is None):
            verb = "takes no" if self.condition_type in UNCOUNTED else "needs a"
            raise ValueError(f"{self.condition_type} {verb} condition_value")
        return self


#: The parts of a condition, in the order of a `[type, value, group]` triple.
CONDITION_FIELDS: Final = tuple(ConditionDefinition.model_fields)


class RewardFields(Definition):
    """What a row of `rewards` says of a reward, whoever made it."""

    name: Name
    description: LongText | None = None
    reward_type: Annotated[RewardType, Field(strict=False)]
    reward_value: dict[str, Any]
    is_active: bool = True
    is_repeatable: bool = False
    is_secret: bool = False
    claim_window_hours: Hours
    sort_order: Order = 0

    @model_validator(mode="after")
    def _give_what_the_type_gives(self) -> Self:
        if wrong := value_fault(self.reward_type, self.reward_value):
            raise ValueError(f"reward_value of {self.reward_type}: {wrong}")
        return self


class RewardDefinition(RewardFields):
    """One reward of a manifest. `key` is its identity for ever: never rename it."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    conditions: Annotated[tuple[ConditionDefinition, ...], Field(strict=False, min_length=1)]


def reward_faults(fields: Mapping[str, object]) -> dict[str, str]:
    """Return what is wrong with the fields of a row of `rewards`, by column."""
    return _faults(RewardFields, fields, whole="reward_value")


def value_fault(kind: RewardType, value: object) -> str | None:
    """Return what is wrong with what a reward of type `kind` gives, None for nothing."""
    try:
        REWARD_VALUES[kind].model_validate(value)
    except ValidationError as error:
        return reasons(error)
    return None


def condition_faults(condition: Sequence[object]) -> dict[str, str]:
    """Return what is wrong with a `[type, value, group]` triple, by column."""
    columns = dict(zip(CONDITION_FIELDS, condition, strict=True))
    return _faults(ConditionDefinition, columns, whole="condition_value")


def _faults(
    definition: type[Definition], fields: Mapping[str, object], *, whole: str
) -> dict[str, str]:
    """Return what is wrong by field, with `whole` to blame where each is good by itself."""
    try:
        definition.model_validate(fields)
    except ValidationError as error:
        wrong = {name: fault(definition, name, value) for name, value in fields.items()}
        named = {name: reason for name, reason in wrong.items() if reason is not None}
        return named or {whole: reasons(error)}
    return {}


def accepts_reward_value(field: str, value: object) -> bool:
    """Return whether `value`, as JSON would have it, is a good one for a field of some reward.

    `conditions` are a list of `[type, value, group]` triples. A `reward_value` is good if there is
    a type of reward that gives such a thing; a name, if it is once its ends are stripped of blanks.
    """
    if field == "reward_value":
        return any(value_fault(kind, value) is None for kind in REWARD_VALUES)
    if field == "conditions":
        return isinstance(value, list) and bool(value) and all(map(_is_condition, value))
    return fault(RewardDefinition, field, value) is None


def _is_condition(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == len(CONDITION_FIELDS)
        and not condition_faults(value)
    )
