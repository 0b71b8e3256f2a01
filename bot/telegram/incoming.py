"""Outside text on its way in: names and reasons without control characters."""

from typing import overload
from unicodedata import category


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
