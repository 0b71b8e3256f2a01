"""The conditions that unlock a reward."""

from collections.abc import Sequence

from aiogram.utils.i18n import gettext as _

from bot.gamification.rewards.conditions import Condition
from bot.gamification.types import ConditionType
from bot.telegram.texts.formatting import number


def condition_types() -> dict[ConditionType, str]:
    """Name what a condition can be about."""
    return {
        ConditionType.FIRST_REACTION: _("Primera reacción"),
        ConditionType.FIRST_DAILY_GIFT: _("Primer regalo diario"),
        ConditionType.STREAK_LENGTH: _("Racha del regalo (días)"),
        ConditionType.TOTAL_POINTS: _("Besitos ganados en total"),
        ConditionType.LEVEL_REACHED: _("Nivel alcanzado"),
        ConditionType.BESITOS_SPENT: _("Besitos gastados"),
    }


def condition_text(condition: Condition) -> str:
    """Say what one condition takes."""
    label = condition_types()[condition.type]
    return label if condition.value is None else f"{label} ≥ {number(condition.value)}"


def condition_groups(conditions: Sequence[Condition]) -> list[list[str]]:
    """Return what must all hold; of a list with several, one of them."""
    needed = [[condition_text(condition)] for condition in conditions if condition.group == 0]
    groups = sorted({condition.group for condition in conditions} - {0})
    alternatives = [
        [condition_text(condition) for condition in conditions if condition.group == group]
        for group in groups
    ]
    return needed + alternatives


def conditions_in_short(conditions: Sequence[Condition]) -> str:
    """Say all in one line: A + B / C means A, and one of B and C."""
    return " + ".join(" / ".join(group) for group in condition_groups(conditions))
