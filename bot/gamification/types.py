"""Enums and bounded values of the economy, and names that people would call the same."""

import re
from enum import StrEnum
from functools import cache, partial
from typing import Annotated, Any, Final
from unicodedata import category, normalize

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, PydanticKnownError

from bot.errors import reasons

_LONGEST_TEXT: Final = 200
# White space, and what Unicode lets nobody see: soft hyphens, joiners, marks of direction, fillers.
_BLANK: Final = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufff8"
)
# Unseen too, but an emoji may end in one: selectors of variants, and the letters of flags.
_UNSEEN: Final = r"\ufe00-\ufe0f\U000e0000-\U000e0fff"
_BLANK_ENDS: Final = re.compile(rf"\A[{_BLANK}]+|[{_BLANK}]+\Z")
_NOTHING_TO_SEE: Final = re.compile(rf"[{_BLANK}{_UNSEEN}]*")
_WHITE_SPACE: Final = re.compile(r"\s+")
_NO_WIDTH: Final = re.compile(r"[\u00ad\u200b\u2060\ufeff]")
#: Categories of control characters and of what ends lines and paragraphs.
_CONTROL: Final = {"Cc", "Zl", "Zp"}


class RewardType(StrEnum):
    """What a claimed reward gives."""

    BESITOS = "BESITOS"
    BADGE = "BADGE"


class ConditionType(StrEnum):
    """What must come true for a reward to unlock."""

    FIRST_REACTION = "FIRST_REACTION"
    FIRST_DAILY_GIFT = "FIRST_DAILY_GIFT"
    STREAK_LENGTH = "STREAK_LENGTH"
    TOTAL_POINTS = "TOTAL_POINTS"
    LEVEL_REACHED = "LEVEL_REACHED"
    BESITOS_SPENT = "BESITOS_SPENT"


class UserRewardStatus(StrEnum):
    """Where a member stands with a reward; no row means locked."""

    UNLOCKED = "UNLOCKED"
    CLAIMED = "CLAIMED"
    EXPIRED = "EXPIRED"


class TransactionType(StrEnum):
    """Why a balance changed."""

    REACTION = "REACTION"
    ACTIVITY_BONUS = "ACTIVITY_BONUS"
    DAILY_GIFT = "DAILY_GIFT"
    REWARD = "REWARD"
    ADMIN_GRANT = "ADMIN_GRANT"
    ADMIN_TAKE = "ADMIN_TAKE"


#: What an admin does to a member is none of the member's doing.
BY_ADMINS: Final = (TransactionType.ADMIN_GRANT, TransactionType.ADMIN_TAKE)


class AnnouncementMode(StrEnum):
    """Where it is said what a reaction in a group has unlocked; a digest says it once a day."""

    HERE = "HERE"
    PRIVATE = "PRIVATE"
    DIGEST = "DIGEST"
    OFF = "OFF"


class StreakType(StrEnum):
    """What is done day after day."""

    DAILY_GIFT = "DAILY_GIFT"
    REACTION = "REACTION"


def canonical_name(text: str) -> str:
    """Return a name in the one form in which it is kept: composed (NFC), no blanks at the ends."""
    return _BLANK_ENDS.sub("", normalize("NFC", text))


def same_name_key(text: str) -> str:
    """Return what two names have in common when people would call them the same."""
    seen = _WHITE_SPACE.sub(" ", _NO_WIDTH.sub("", canonical_name(text)))
    return canonical_name(seen.casefold())


def is_blank(text: str) -> bool:
    """Return whether nobody sees anything of a text."""
    return _NOTHING_TO_SEE.fullmatch(text) is not None


def _checked_name(text: str) -> str:
    if any(category(character) in _CONTROL for character in text):
        raise PydanticCustomError(
            "control_character", "a name has no line ends and no control characters; remove them"
        )
    name = canonical_name(text)
    if is_blank(name):
        raise PydanticCustomError(
            "blank_name", "a name needs at least one character that can be seen"
        )
    if len(name) > _LONGEST_TEXT:
        raise PydanticKnownError("string_too_long", {"max_length": _LONGEST_TEXT})
    return name


# Everything that is counted fits 32 bits with room for sums.
Besitos = Annotated[int, Field(ge=0, le=1_000_000_000)]
PositiveBesitos = Annotated[int, Field(ge=1, le=1_000_000_000)]
Small = Annotated[int, Field(ge=0, le=1_000_000)]
#: An order among others may begin before 0, as SQL by hand writes what shall come first.
LAST: Final = 1_000_000
Order = Annotated[int, Field(ge=-LAST, le=LAST)]
Hours = Annotated[int, Field(ge=1, le=1_000_000)]
# PostgreSQL stores no NUL in a text.
_NO_NUL: Final = r"^[^\x00]*$"
# Composed (NFC), however a Mac has saved or a telephone typed it, or it would count as an edit.
_Composed = AfterValidator(partial(normalize, "NFC"))
Text = Annotated[str, Field(min_length=1, max_length=_LONGEST_TEXT, pattern=_NO_NUL), _Composed]
LongText = Annotated[str, Field(max_length=1000, pattern=_NO_NUL), _Composed]
Emoji = Annotated[str, Field(min_length=1, max_length=16, pattern=_NO_NUL), _Composed]
Name = Annotated[str, Field(pattern=_NO_NUL), AfterValidator(_checked_name)]


class Definition(BaseModel):
    """A part of the economy's rules as a manifest writes it: strict, and without unknown keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


@cache
def type_of(definition: type[Definition], field: str) -> TypeAdapter[Any]:
    """Return what validates one field alone; it takes a fraction of a millisecond to make."""
    annotation = definition.model_fields[field].rebuild_annotation()
    return TypeAdapter(annotation, config=definition.model_config)


def fault(definition: type[Definition], field: str, value: object) -> str | None:
    """Return what is wrong with `value` for one field, None for nothing."""
    try:
        type_of(definition, field).validate_python(value)
    except ValidationError as error:
        return reasons(error)
    return None
