"""What outside text loses on its way in."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.incoming import without_controls


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana", "Ana"),
        ("A\x1b[31mna\x00", "A[31mna"),
        ("uno\ndos\ttres\x85", "uno dos tres "),
        ("👩\N{ZERO WIDTH JOINER}👧 محمد", "👩\N{ZERO WIDTH JOINER}👧 محمد"),
        ("", ""),
        (None, None),
    ],
)
def test_controls(text: str | None, expected: str | None) -> None:
    """Escapes vanish, breaks become spaces, and everything that people write stays."""
    assert expected == without_controls(text)


@given(st.text())
def test_any_text(text: str) -> None:
    """No control character is left, and nothing else is missing."""
    cleaned = without_controls(text)

    assert "Cc" not in map(category, cleaned)
    assert [one for one in text if category(one) != "Cc"] == [
        one for one, was in zip(cleaned, kept(text), strict=True) if not was
    ]


def kept(text: str) -> list[bool]:
    """Return, for each character that stays, whether it was a break before."""
    return [category(one) == "Cc" for one in text if category(one) != "Cc" or one.isspace()]
