"""A reward that is being created, question by question."""

from collections.abc import Mapping
from html import escape
from typing import Any

from aiogram.utils.i18n import gettext as _

from bot.gamification.models import ConditionType, RewardType
from bot.gamification.rewards.conditions import Condition
from bot.telegram.texts import conditions as words
from bot.telegram.texts.admin.common import or_cancel
from bot.telegram.texts.admin.rewards import conditions, hours
from bot.telegram.texts.common import number


def begin_button() -> str:
    """Label the button that begins a draft."""
    return _("➕ Nueva recompensa")


def ask_type() -> str:
    """Ask what the reward gives."""
    return _("➕ <b>Nueva recompensa</b>\n¿Qué da?")


def no_description() -> str:
    """Label the button that leaves the description out."""
    return _("Sin descripción")


def ask_condition() -> str:
    """Ask what a condition is about."""
    return _("🔓 <b>¿Con qué se desbloquea?</b>")


def ask_condition_value(kind: ConditionType) -> str:
    """Ask how much a condition takes."""
    question = _("🔓 <b>{condition}</b>: ¿a partir de cuánto?").format(
        condition=words.types()[kind]
    )
    return f"{question}\n{or_cancel()}"


def summary(draft: Mapping[str, Any]) -> str:
    """Show the draft before it is created."""
    found = [
        Condition(
            ConditionType(one["condition_type"]), one["condition_value"], one["condition_group"]
        )
        for one in draft["conditions"]
    ]
    marks = [
        *([_("repetible")] if draft.get("is_repeatable") else []),
        *([_("secreta")] if draft.get("is_secret") else []),
    ]
    return "\n".join(
        [
            _("➕ <b>Nueva recompensa</b>"),
            "",
            f"<b>{escape(draft['name'])}</b>" + (f" · {', '.join(marks)}" if marks else ""),
            *([f"<i>{escape(draft['description'])}</i>"] if draft["description"] else []),
            _("Da: {gives}").format(gives=_gives(draft)),
            hours(draft["claim_window_hours"]),
            conditions(found),
        ]
    )


def add_condition() -> str:
    """Label the button that adds a condition."""
    return _("➕ Otra condición")


def combine_button(*, any_of: bool) -> str:
    """Label the button that changes how conditions combine."""
    return _("🔀 Basta con una") if any_of else _("🔀 Hacen falta todas")


def create() -> str:
    """Label the button that creates the reward."""
    return _("✅ Crear")


def created() -> str:
    """Say that the reward is there."""
    return _("Creada. Se desbloquea con lo próximo que haga quien ya cumpla.")


def _gives(draft: Mapping[str, Any]) -> str:
    value = draft["reward_value"]
    if draft["reward_type"] == RewardType.BESITOS:
        return _("+{amount} besitos").format(amount=number(value["amount"]))
    return _("insignia {emoji} {name}").format(
        emoji=escape(value["emoji"]), name=escape(value["badge_name"])
    )
