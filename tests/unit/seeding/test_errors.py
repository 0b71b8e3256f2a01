"""Counts in English sentences."""

import pytest

from bot.seeding.errors import counted


@pytest.mark.parametrize(
    ("count", "plural", "expected"),
    [
        (1, "missing profiles", "1 missing profile"),
        (0, "missing profiles", "0 missing profiles"),
        (2, "rows", "2 rows"),
        (1, "categories", "1 category"),
        (1, "staff", "1 staff"),
    ],
)
def test_counted(count: int, plural: str, expected: str) -> None:
    """One is one, whatever is counted."""
    assert expected == counted(count, plural)
