"""Numbers, bars, tables, and outside text on its way in."""

import re
from collections.abc import Callable
from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.texts.formatting import (
    addressed,
    bar,
    cut,
    fitting,
    number,
    person,
    shown_name,
    signed_besitos,
    table,
    titled,
    utf16_length,
    without_controls,
)
from sandbox.formatting.entities import detect_entities
from sandbox.formatting.html import parse_html
from sandbox.values import FormattedText
from tests.support.markup import visible

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (999, "999"), (1000, f"1{NBSP}000"), (-1234567, f"−1{NBSP}234{NBSP}567")],
)
def test_number(value: int, expected: str) -> None:
    """Thousands are grouped by a space that does not break the line."""
    assert expected == number(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "+1 besito"), (-1, "−1 besito"), (0, "0 besitos"), (1234, f"+1{NBSP}234 besitos")],
)
def test_signed_besitos(spanish: None, value: int, expected: str) -> None:
    """One besito is one, everything else is many, and there is one sign for less."""
    assert expected == signed_besitos(value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana", "Ana"),
        ("  Ana \n María\u2028 ", "Ana María"),
        ("x" * 41, "x" * 39 + "…"),
        ("💋" * 21, "💋" * 19 + "…"),
        ("Z" + "\u0335" * 9 + "a\u0336", "Z" + "\u0335" * 3 + "a\u0336"),
        ("Đặng Thị Hiền", "Đặng Thị Hiền"),
        ("שָׁלוֹם", normalize("NFC", "שָׁלוֹם")),
        ("กี้", "กี้"),
        ("", "Sin nombre"),
        ("\u3164\u200b", "Sin nombre"),
        ("\u2800 \u2800", "Sin nombre"),
    ],
)
def test_shown_name(spanish: None, name: str, expected: str) -> None:
    """A name is on one line, neither long nor high, and there is always something to see."""
    assert expected == shown_name(name)


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
    "name",
    [
        "@victim t.me/scam /daily",
        "@@victim",
        "https://scam.example/x?y=1#z",
        "tg://resolve?domain=scam",
        "a@scam.example",
        "#tag $USD /top@besitos_bot",
        "x/daily",
        "www.scam.com:80",
    ],
)
@pytest.mark.parametrize("written", [person, titled])
def test_names_are_no_orders(written: Callable[[str], str], name: str) -> None:
    """Telegram finds no mention, link, command or tag in a name or title, which looks as it did."""
    text = parse_html(f"<b>{written(name)}</b>: hola").text

    assert detect_entities(FormattedText(f"{name}: hola")).entities or name == "x/daily"
    assert () == detect_entities(FormattedText(text)).entities
    assert f"{name}: hola" == visible(text)
    # tdlib ends a link at every character from U+2000 to U+206F but dashes and zero width joiners.
    assert not re.search(r"[@/.#$][\w/]", text)


@pytest.mark.parametrize("name", ["Ana", "Dr. Who", "J. R.", "1 / 2", "#\ufe0f\u20e3", "50 $ :)"])
def test_ordinary_names(name: str) -> None:
    """A name or title that orders nothing is written as it is."""
    assert (name, name) == (person(name), titled(name))


@pytest.mark.parametrize("name", ["\u202egnA", "محمد", "שרה 7", "\u2069\u202eanA", "\u2067A"])
def test_directions_of_a_name(name: str) -> None:
    """Overrides are dropped, and letters from right to left turn only the name."""
    shown = addressed(name, 7)

    assert f">\u2068{visible(name)}\u2069</a>" in shown


def test_lengths_are_telegrams(spanish: None) -> None:
    """Texts are cut and fitted by UTF-16 code units, and no emoji in the middle."""
    hearts = "💋" * 150

    assert "💋" * 99 + "…" == cut(hearts, 200)
    assert 199 == utf16_length(cut(hearts, 200))
    assert hearts == cut(hearts, 300)
    assert 4096 > utf16_length(fitting([hearts] * 20))


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
