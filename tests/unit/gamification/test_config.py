"""What a valid setting is."""

import pytest

from bot.gamification.config import SETTINGS, accepts_setting

COUNTED = [name for name in SETTINGS if name != "level_formula"]


@pytest.mark.parametrize("name", COUNTED)
def test_numbers(name: str) -> None:
    """A counted setting is a whole number within its bounds, and nothing that looks like one."""
    most = 1_000_000 if name == "max_reactions_per_day" else 1_000_000_000

    good = [value for value in (0, 1, most) if accepts_setting(name, value)]
    bad = [-1, most + 1, 2.5, 5.0, True, "5", "cinco", b"5", None, [], {}, float("nan")]

    assert [0, 1, most] == good
    assert [] == [value for value in bad if accepts_setting(name, value)]


def test_formulas() -> None:
    """A formula is accepted by what it does, not only by its type."""
    good = ["1", "total_earned", "floor(sqrt(total_earned / 100)) + 1"]
    bad = ["", "x", "5 - total_earned", "1 / total_earned", "open(1)", "9" * 201, 1, None, b"1"]

    assert good == [value for value in good if accepts_setting("level_formula", value)]
    assert [] == [value for value in bad if accepts_setting("level_formula", value)]
