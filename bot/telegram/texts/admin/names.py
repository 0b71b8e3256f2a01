"""Names and values of settings, rewards and bookings in the admin's words."""

import json
from collections.abc import Iterable
from typing import Any

from aiogram.utils.i18n import gettext as _

from bot.gamification.config import SETTINGS, ConfigDefinition
from bot.gamification.digests import HOUR
from bot.gamification.rewards.conditions import Condition
from bot.gamification.rewards.definition import CONDITION_FIELDS
from bot.gamification.types import AnnouncementMode, ConditionType, RewardType
from bot.telegram.i18n import shipped_text
from bot.telegram.texts.conditions import conditions_in_short
from bot.telegram.texts.formatting import number
from bot.telegram.texts.times import duration


def of(part: str) -> str:
    """Name a setting, or a part of a reward or of a booking, by its name in the database."""
    if part in SETTINGS:
        return _(ConfigDefinition.model_fields[part].title or part)
    return _parts().get(part, part)


def reward_types() -> dict[RewardType, str]:
    """Name what a reward can give."""
    return {RewardType.BESITOS: _("💋 Besitos"), RewardType.BADGE: _("🎖 Insignia")}


def announcement_modes() -> dict[AnnouncementMode, str]:
    """Name where unlocked rewards are announced."""
    return {
        AnnouncementMode.HERE: _("en el chat"),
        AnnouncementMode.PRIVATE: _("en privado"),
        AnnouncementMode.DIGEST: _("en un resumen al día, a las {hour}:00").format(hour=HOUR),
        AnnouncementMode.OFF: _("en ningún sitio"),
    }


def _parts() -> dict[str, str]:
    return {
        "name": _("nombre"),
        "description": _("descripción"),
        "reward_type": _("tipo"),
        "reward_value": _("qué da"),
        "claim_window_hours": _("plazo"),
        "is_active": _("activa"),
        "is_repeatable": _("repetible"),
        "is_secret": _("secreta"),
        "conditions": _("condiciones"),
        "sort_order": _("orden"),
        "balance": _("saldo"),
        "amount": _("importe"),
        "reason": _("motivo"),
        "is_allowed": _("da besitos"),
        "announcements": _("anuncios"),
    }


def worded(part: str, value: Any) -> str:  # noqa: PLR0911 - one for each kind of value
    """Say what `part` (its name in the database) holds, without markup."""
    match part, value:
        case _, None | "":
            return "–"
        case _, bool():
            return _("sí") if value else _("no")
        case _, int():
            return duration(value) if part == "claim_window_hours" else number(value)
        case "announcements", str() if value in list(AnnouncementMode):
            return announcement_modes()[AnnouncementMode(value)]
        case "reward_type", str() if value in list(RewardType):
            return reward_types()[RewardType(value)]
        case "reward_value", {"amount": int(amount)}:
            return f"{number(amount)} 💋"
        case "reward_value", {"emoji": emoji, "badge_name": name}:
            return f"{emoji} {shipped_text(name)}"
        case "conditions", [*_]:
            return conditions_in_short(list(_conditions(value)))
        case _, str():
            return shipped_text(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _conditions(stored: Iterable[Any]) -> Iterable[Condition]:
    """Read conditions as an audit line has them, by name, or as the seed has them, in order."""
    for one in stored:
        kind, value, group = (
            one if isinstance(one, list) else (one[name] for name in CONDITION_FIELDS)
        )
        yield Condition(ConditionType(kind), value, group)
