"""Adoption by name: a row that somebody else made, and that a person would take for ours."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from .snapshot import StoredRow
from .values import Json

Fields = Mapping[str, Json]


def adopted(
    rows: Iterable[StoredRow], wanted: Mapping[str, Fields], column: str
) -> dict[str, StoredRow]:
    """Return a row for each wanted one, by label, whose name in `column` it has.

    Names are compared as people see them, then without accents, which older rows may lack. Of
    several rows of one name the one that is most like ours is taken.
    """
    found: dict[str, StoredRow] = {}
    left = [row for row in rows if row.values.get(column) is not None]
    for alike in (same_name, same_letters):
        by_name: dict[str, list[StoredRow]] = {}
        for row in left:
            by_name.setdefault(alike(row.values[column]), []).append(row)
        for label, fields in wanted.items():
            rivals = by_name.get(alike(fields.get(column)))
            if label not in found and rivals:
                found[label] = max(rivals, key=lambda row: _likeness(row, fields))
                rivals.remove(found[label])
        left = [row for rivals in by_name.values() for row in rivals]
    return found


def same_name(text: Any) -> str:
    """Return what two names have in common that a person takes for the same."""
    return unicodedata.normalize("NFC", str(text)).strip().casefold()


def same_letters(text: Any) -> str:
    """Return the same without accents."""
    letters = unicodedata.normalize("NFD", same_name(text))
    return "".join(one for one in letters if unicodedata.category(one) != "Mn")


def _likeness(row: StoredRow, wanted: Fields) -> int:
    return sum(row.values.get(name) == value for name, value in wanted.items())
