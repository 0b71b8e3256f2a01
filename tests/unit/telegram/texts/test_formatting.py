"""Numbers, bars, tables, and outside text on its way in."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.texts.formatting import bar, number, table, without_controls

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (999, "999"), (1000, f"1{NBSP}000"), (-1234567, f"-1{NBSP}234{NBSP}567")],
)
def test_number(value: int, expected: str) -> None:
    """Thousands are grouped by a space that does not break the line."""
    assert expected == number(value)


@pytest.mark.parametrize(
    ("done", "full"), [(-1, 0), (0, 0), (0.099, 0), (0.1, 1), (0.999, 9), (1, 10), (7, 10)]
)
def test_bar(done: float, full: int) -> None:
    """The bar is full at the end only, and always as long."""
    assert "▰" * full + "▱" * (10 - full) == bar(done)


def test_table() -> None:
    """Columns end flush right, are as wide as their widest cell, and hold no markup."""
    shown = table(["<a>", "b"], [["1", "1000"], ["22", "3"]])

    assert "<pre>&lt;a&gt;     b\n  1  1000\n 22     3</pre>" == shown


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
