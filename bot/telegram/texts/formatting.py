"""Numbers, names, bars, tables and cutting to length."""

import re
from collections.abc import Iterable, Sequence
from html import escape, unescape
from typing import Final, overload
from unicodedata import category

from aiogram.utils.i18n import gettext as _

#: Telegram takes 4096 characters, markup not counted; this leaves room for the last line.
LONGEST_TEXT: Final = 4000
#: And so many in the answer to a pressed button.
LONGEST_ALERT: Final = 200
_TAG = re.compile("<[^>]*>")
#: What begins and ends a stretch of another direction; one end too many would let a name out.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def fitting(parts: Sequence[str], between: str = "\n", longest: int = LONGEST_TEXT) -> str:
    """Join as many parts as there is room for, and say how many more there are."""
    length = 0
    for count, part in enumerate(parts):
        length += len(unescape(_TAG.sub("", part))) + len(between)
        if length > longest:
            more = _("… y {count} más").format(count=number(len(parts) - count))
            return between.join([*parts[:count], more])
    return between.join(parts)


def cut(text: str, longest: int) -> str:
    """Shorten plain text."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def number(value: int) -> str:
    """Group thousands in a way that no language misreads: 12 345."""
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}")


def signed(value: int) -> str:
    """Write a change of so much: +12 345."""
    return f"{'+' if value > 0 else ''}{number(value)}"


def person(name: str) -> str:
    """Write a name so that its letters, which may run from right to left, turn nothing else."""
    own = escape(_DIRECTIONS.sub("", name))
    return f"\N{FIRST STRONG ISOLATE}{own}\N{POP DIRECTIONAL ISOLATE}"


def addressed(first_name: str, user_id: int) -> str:
    """Name a member so that Telegram tells them."""
    return f'<a href="tg://user?id={user_id}">{escape(first_name)}</a>'


def bar(done: float, length: int = 10) -> str:
    """Draw how much of something is done, from 0 to 1."""
    full = int(min(max(done, 0), 1) * length)
    return "▰" * full + "▱" * (length - full)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out cells in columns that end flush right, each as wide as it must be."""
    cells = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.rjust, row, widths)) for row in cells]
    return "<pre>" + escape("\n".join(lines)) + "</pre>"


@overload
def without_controls(text: str) -> str: ...
@overload
def without_controls(text: None) -> None: ...
def without_controls(text: str | None) -> str | None:
    """Return `text` without characters of category Cc; those that separate become a space.

    They are escapes to whoever reads a log or an export, and PostgreSQL stores no NUL.
    """
    if text is None or text.isprintable():
        return text
    return "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    if category(character) != "Cc":
        return character
    return " " if character.isspace() else ""
