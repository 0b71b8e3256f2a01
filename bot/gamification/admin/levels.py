"""What a new level formula means, shown before it is saved."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.gamification.level_formula import LevelFormula
from bot.gamification.levels import level_steps

_PREVIEWED_LEVELS: Final = 8
_ROUND_TOTALS: Final = (1_000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The level that `total_earned` besitos give now and with the new formula."""

    total_earned: int
    before: int
    after: int


def preview(old: LevelFormula, new: LevelFormula) -> list[PreviewRow]:
    """Return the totals at which the first levels of `new` begin, then round ones."""
    reach = 10 * _ROUND_TOTALS[-1]
    begins = [low for low, _ in islice(level_steps(new, reach), _PREVIEWED_LEVELS)]
    totals = [*begins, *(total for total in _ROUND_TOTALS if total > begins[-1])]
    return [PreviewRow(total, old.level(total), new.level(total)) for total in totals]
