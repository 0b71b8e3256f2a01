"""Definition of a valid reward, field by field."""

from typing import Any, Final

import pytest

from bot.gamification.rewards.definition import accepts_reward_value

BADGE: Final = {"badge_name": "ahorrador", "emoji": "💰"}
FIELDS: Final[dict[str, tuple[list[Any], list[Any]]]] = {
    "key": (["a_1"], ["A", "", "a b", "x" * 65, None]),
    "name": (
        ["Racha", " Racha ", "x" * 200],
        ["", " ", "\u200b", "a\nb", "x" * 201, None, 5, b"a"],
    ),
    "description": ([None, "", "x" * 1000, "a\nb"], ["x" * 1001, "\0", 5]),
    "reward_type": (["BESITOS", "BADGE"], ["besitos", "COCHE", None, 1]),
    "reward_value": (
        [{"amount": 1}, {"amount": 10**9}, BADGE],
        [
            {},
            {"amount": 0},
            {"amount": 2.5},
            {"amount": True},
            {"amount": 1, **BADGE},
            {"badge_name": "x"},
            '{"amount": 1}',
            "{amount: 15}",
            [1],
            15,
            None,
        ],
    ),
    "is_active": ([True, False], [1, 0, "true", "false", None]),
    "is_repeatable": ([True, False], [1, "no"]),
    "is_secret": ([True, False], [0, "x"]),
    "claim_window_hours": ([1, 168, 10**6], [0, -1, 10**6 + 1, 10**8, 2.5, "168", True, None]),
    "sort_order": ([0, -1, 10**6], [10**6 + 1, 1.5, "primero", None]),
    "conditions": (
        [
            [["FIRST_REACTION", None, 0]],
            [["TOTAL_POINTS", 100, 0], ["STREAK_LENGTH", 7, 1], ["LEVEL_REACHED", 2, 1]],
        ],
        [
            [],
            None,
            "FIRST_REACTION",
            ["FIRST_REACTION"],
            [["FIRST_REACTION", None]],
            [["FIRST_REACTION", 1, 0]],
            [["TOTAL_POINTS", None, 0]],
            [["TOTAL_POINTS", "cien", 0]],
            [["TOTAL_POINTS", 0, 0]],
            [["TOTAL_POINTS", 5 * 10**9, 0]],
            [["TOTAL_POINTS", 1, -1]],
            [["LUNA_LLENA", 1, 0]],
            [["TOTAL_POINTS", 1, 0], ["LUNA_LLENA", 1, 0]],
        ],
    ),
}


@pytest.mark.parametrize("field", FIELDS)
def test_fields(field: str) -> None:
    """Each field takes what a manifest may say there, as JSON has it, and nothing else."""
    good, bad = FIELDS[field]

    assert good == [value for value in good if accepts_reward_value(field, value)]
    assert [] == [value for value in bad if accepts_reward_value(field, value)]
