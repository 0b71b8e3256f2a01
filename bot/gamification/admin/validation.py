"""Validation of what an admin typed, by the economy's own rules and no others."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from unicodedata import category

from pydantic import TypeAdapter, ValidationError

from bot.errors import BesitosError
from bot.gamification.rewards.definition import BadgeValue, BesitosValue
from bot.gamification.types import Definition, Name, type_of

#: pydantic's names of what can be wrong, and where it keeps the bound that was broken.
_BOUNDS: Final = {
    "greater_than_equal": "ge",
    "less_than_equal": "le",
    "string_too_short": "min_length",
    "string_too_long": "max_length",
}
NOT_A_NUMBER: Final = "not_a_number"
NOT_A_BADGE: Final = "not_a_badge"
CONTROL: Final = "control_character"

Defined = TypeVar("Defined", bound=Definition)
T = TypeVar("T")


class InvalidValue(BesitosError):
    """A value that the economy's rules refuse.

    `kind` is pydantic's name of the problem or one of ours, `bound` the limit that was broken.
    """

    def __init__(self, reason: str, kind: str, bound: object = None) -> None:
        """Say the reason."""
        super().__init__(reason)
        self.kind = kind
        self.bound = bound


def validated(definition: type[Defined], values: Mapping[str, Any]) -> Defined:
    """Return `values` as what is defined. Raises `InvalidValue` for the first problem."""
    try:
        return definition.model_validate(values)
    except ValidationError as error:
        raise _first(error) from error


def validated_field(definition: type[Definition], field: str, value: object) -> Any:
    """Return the value of one field of what is defined. Raises `InvalidValue`."""
    return _validated(type_of(definition, field), value)


def _validated(adapter: TypeAdapter[T], value: object) -> T:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise _first(error) from error


def whole_number(text: str) -> int:
    """Read a whole number as people type it: 1500, 1 500. Raises `InvalidValue`."""
    digits = "".join(text.split())
    if not re.fullmatch(r"[+-]?[0-9]{1,40}", digits):
        raise InvalidValue("That is not a whole number; write digits only.", NOT_A_NUMBER)
    return int(digits)


def amount(text: str) -> int:
    """Read an amount of besitos, at least 1. Raises `InvalidValue`."""
    return validated(BesitosValue, {"amount": whole_number(text)}).amount


def one_line(text: str) -> str:
    """Read a name or a reason. Raises `InvalidValue`."""
    return _validated(_NAME, " ".join(text.split()))


def without_escapes(text: str) -> str:
    """Return what was typed, which may have lines. Raises `InvalidValue` for other controls."""
    if any(category(character) == "Cc" and character not in "\n\t" for character in text):
        raise InvalidValue("No control characters are allowed; remove them.", CONTROL)
    return text.strip()


def badge(text: str) -> dict[str, Any]:
    """Read a badge: its emoji, a space, its name. Raises `InvalidValue`."""
    emoji, _, name = without_escapes(text).partition(" ")
    if not name.strip() or _is_word(emoji):
        raise InvalidValue("Write an emoji, a space and the badge's name.", NOT_A_BADGE)
    return validated(BadgeValue, {"badge_name": one_line(name), "emoji": emoji}).model_dump()


def _is_word(text: str) -> bool:
    """Return whether letters or digits are meant as such: 1️⃣ and ℹ️ say that they are pictures."""
    return any(map(str.isalnum, text)) and _AS_PICTURE not in text


_AS_PICTURE: Final = "\N{VARIATION SELECTOR-16}"
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def _first(error: ValidationError) -> InvalidValue:
    problem = error.errors(include_url=False, include_input=False)[0]
    bound = problem.get("ctx", {}).get(_BOUNDS.get(problem["type"], ""))
    return InvalidValue(problem["msg"].removeprefix("Value error, "), problem["type"], bound)
