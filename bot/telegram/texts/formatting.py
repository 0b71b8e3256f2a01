"""Numbers, names, bars, tables and cutting to length."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from typing import Final, overload
from unicodedata import bidirectional, category, normalize

from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n import ngettext

from bot.gamification.types import is_blank

#: Telegram takes 4096 UTF-16 code units, markup not counted; this leaves room for the last line.
LONGEST_TEXT: Final = 4000
#: And so many in the answer to a pressed button.
LONGEST_ALERT: Final = 200
_TAG = re.compile("<[^>]*>")
#: Of a name, which Telegram lets be 128 characters long with its surname.
_LONGEST_NAME: Final = 40
#: Of the name of a reward, a badge or a chat, of which people read a few words.
_LONGEST_TITLE: Final = 64
#: Of a reason, as long as one may be typed.
_LONGEST_REASON: Final = 200
#: Three marks at one letter are Hebrew or Vietnamese; more are drawn over the lines around it.
_MOST_MARKS: Final = 3
_MARKS: Final = {"Mn", "Me"}
#: What begins and ends a stretch of another direction; one end too many would let a name out.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Classes of characters that turn those beside them: letters and numbers from right to left.
_TURNING: Final = {"R", "AL", "AN"}
#: What begins or goes on in what Telegram makes a mention, a command, a tag or a link of.
_ORDERS = re.compile(r"([@/.:#$])(?=[\w/])")


def fitting(parts: Sequence[str], between: str = "\n", longest: int = LONGEST_TEXT) -> str:
    """Join as many parts as there is room for, and say how many more there are."""
    length = 0
    for count, part in enumerate(parts):
        length += shown_length(part) + utf16_length(between)
        if length > longest:
            more = _("… y {count} más").format(count=number(len(parts) - count))
            return between.join([*parts[:count], more])
    return between.join(parts)


def paged(parts: Iterable[str], longest: int = LONGEST_TEXT) -> list[str]:
    """Join parts, each a line, into as few pages as hold them all."""
    pages: list[list[str]] = [[]]
    length = 0
    for part in parts:
        length += shown_length(part) + 1
        if length > longest and pages[-1]:
            pages.append([])
            length = shown_length(part) + 1
        pages[-1].append(part)
    return ["\n".join(page).strip("\n") for page in pages]


def cut(text: str, longest: int) -> str:
    """Shorten plain text to so many UTF-16 code units, and never by half a character."""
    if utf16_length(text) <= longest:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (longest - 1)]
    return f"{kept.decode('utf-16-le', 'ignore')}…"


def shown_length(markup: str) -> int:
    """Return the length of what a text with markup shows."""
    return utf16_length(unescape(_TAG.sub("", markup)))


def utf16_length(text: str) -> int:
    """Return the length of a text as Telegram counts it: an emoji is two, or more."""
    return len(text) + sum(character > "\uffff" for character in text)


def number(value: int) -> str:
    """Group thousands in a way that no language misreads: −12 345."""
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


def signed(value: int) -> str:
    """Write a change of so much: +12 345."""
    return f"{'+' if value > 0 else ''}{number(value)}"


def besitos(value: int) -> str:
    """Write an amount with its currency."""
    return ngettext("{count} besito", "{count} besitos", abs(value)).format(count=number(value))


def signed_besitos(value: int) -> str:
    """Write a change of so many."""
    return f"{'+' if value > 0 else ''}{besitos(value)}"


def person(name: str) -> str:
    """Write a name as text."""
    return inert(shown_name(name))


def shown_name(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name as it fits beside others; nothing to see is said in words."""
    shown = tidy(name, longest)
    return _("Sin nombre") if is_blank(shown) else shown


def shown_title(name: str) -> str:
    """Return the name of a reward, a badge or a chat in the same way, whoever gave it."""
    return shown_name(name, _LONGEST_TITLE)


def titled(name: str) -> str:
    """Write it as text."""
    return inert(shown_title(name))


def inert(text: str) -> str:
    """Write what others have typed as text: no mention, command, tag or link comes of it.

    Telegram looks for those in every text that a bot sends. A word joiner shows nothing, and ends
    them: it is no letter of a name or command, and unlike the zero width joiners none of a link.
    """
    return isolated(_ORDERS.sub("\\1\N{WORD JOINER}", text))


def shown_reason(text: str) -> str:
    """Write why an admin gave or took something, or which reward paid it."""
    return inert(tidy(text, _LONGEST_REASON))


def tidy(text: str, longest: int) -> str:
    """Return a text of one line, not too long, not too high.

    Marks above and below a letter stay as many as languages write.
    """
    return cut("".join(_without_piled_marks(normalize("NFC", " ".join(text.split())))), longest)


def _without_piled_marks(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if category(character) in _MARKS else 0
        if marks <= _MOST_MARKS:
            yield character


def isolated(text: str) -> str:
    """Write what people have typed so that it is no markup, and turns nothing around it."""
    return escape(set_apart(text))


def set_apart(text: str) -> str:
    """Return the same for a button or an alert, where no markup is shown."""
    own = _DIRECTIONS.sub("", text)
    if own == text and _TURNING.isdisjoint(map(bidirectional, text)):
        return own
    return f"\N{FIRST STRONG ISOLATE}{own}\N{POP DIRECTIONAL ISOLATE}"


def addressed(first_name: str, user_id: int) -> str:
    """Name a member so that Telegram tells them."""
    return f'<a href="tg://user?id={user_id}">{person(first_name)}</a>'


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
