"""Values of settings, rewards and bookings as people say them."""

import json
from collections.abc import Iterable
from typing import Any

from aiogram.utils.i18n import gettext

from bot.gamification.models import ConditionType, RewardType
from bot.gamification.rewards.conditions import Condition
from bot.telegram.texts import conditions
from bot.telegram.texts.admin.rewards import types
from bot.telegram.texts.common import number


def worded(part: str, value: Any) -> str:  # noqa: PLR0911 - one for each kind of value
    """Say what `part` (its name in the database) holds, without markup."""
    match part, value:
        case _, None | "":
            return "–"
        case _, bool():
            return gettext("sí") if value else gettext("no")
        case _, int():
            return number(value)
        case "reward_type", str() if value in list(RewardType):
            return types()[RewardType(value)]
        case "reward_value", {"amount": int(amount)}:
            return f"{number(amount)} 💋"
        case "reward_value", {"emoji": emoji, "badge_name": name}:
            return f"{emoji} {name}"
        case "conditions", [*_]:
            return conditions.in_short(list(_conditions(value)))
        case _, str():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _conditions(stored: Iterable[Any]) -> Iterable[Condition]:
    """Read conditions as an audit line has them, by name, or as the seed has them, in order."""
    for one in stored:
        kind, value, group = (
            one if isinstance(one, list) else (one[name] for name in _CONDITION_FIELDS)
        )
        yield Condition(ConditionType(kind), value, group)


_CONDITION_FIELDS = ("condition_type", "condition_value", "condition_group")
