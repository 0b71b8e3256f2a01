"""When a reward unlocks, in words."""

from collections.abc import Sequence

from aiogram.utils.i18n import gettext as _

from bot.gamification.models import ConditionType
from bot.gamification.rewards.conditions import Condition
from bot.telegram.texts.common import number


def types() -> dict[ConditionType, str]:
    """Name what a condition can be about."""
    return {
        ConditionType.FIRST_REACTION: _("Primera reacción"),
        ConditionType.FIRST_DAILY_GIFT: _("Primer regalo diario"),
        ConditionType.STREAK_LENGTH: _("Racha del regalo (días)"),
        ConditionType.TOTAL_POINTS: _("Besitos ganados en total"),
        ConditionType.LEVEL_REACHED: _("Nivel alcanzado"),
        ConditionType.BESITOS_SPENT: _("Besitos gastados"),
    }


def one(condition: Condition) -> str:
    """Say what one condition takes."""
    label = types()[condition.type]
    return label if condition.value is None else f"{label} ≥ {number(condition.value)}"


def in_groups(conditions: Sequence[Condition]) -> list[list[str]]:
    """Return what must all hold; of a list with several, one of them."""
    needed = [[one(condition)] for condition in conditions if condition.group == 0]
    groups = sorted({condition.group for condition in conditions} - {0})
    alternatives = [
        [one(condition) for condition in conditions if condition.group == group] for group in groups
    ]
    return needed + alternatives


def in_short(conditions: Sequence[Condition]) -> str:
    """Say all in one line: A + B / C means A, and one of B and C."""
    return " + ".join(" / ".join(group) for group in in_groups(conditions))
