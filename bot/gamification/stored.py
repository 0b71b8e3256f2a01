"""Stored values, read with distrust: SQL by hand may have put anything anywhere."""

import json
import logging
import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self

logger = logging.getLogger(__name__)

#: Places whose problems are remembered; the log of a database with more may name one again.
_MOST_PLACES: Final = 10_000
_LONGEST_VALUE: Final = 60
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """A stored value outside its column's type or the bounds of what belongs there.

    `row` names the row by its key, `value` is the repr, cut to length, and `reason` says what is
    wrong with it where there is more to say.
    """

    table: str
    row: str
    column: str
    value: str
    reason: str = ""

    @classmethod
    def of(cls, table: str, row: object, column: str, value: object, reason: str = "") -> Self:
        """Describe `value` as it was read."""
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        shown = repr(value)
        if len(shown) > _LONGEST_VALUE:
            shown = f"{shown[: _LONGEST_VALUE - 1]}…"
        return cls(table, str(row), column, shown, reason)

    def __str__(self) -> str:
        """Return the sentence for the log and for whoever asks: what, where, and what follows."""
        counts = _COUNTS.get(self.table, "is left out")
        why = f": {self.reason}" if self.reason else ""
        return (
            f"{self.table} row {self.row} {counts}: its {self.column} is wrong "
            f"({self.value}{why}); correct it in the database."
        )


#: What becomes of a row with a problem, where it is not left out.
_COUNTS: Final = {
    "bot_config": "counts as unset there",
    "reward_conditions": "leaves its reward out",
    "user_streaks": "begins anew",
    "user_gamification_profiles": "counts as far as it is a number",
}


class ProblemLog:
    """Logs each problem when it is first seen, and again when the value has changed."""

    def __init__(self) -> None:
        """Nothing has been named yet."""
        self._named: dict[Hashable, frozenset[Problem]] = {}

    def name(self, place: Hashable, problems: tuple[Problem, ...]) -> None:
        """Log what is new of all `problems` that there are in a place."""
        if not problems:
            self._named.pop(place, None)
            return
        before = self._named.get(place, frozenset())
        for problem in problems:
            if problem not in before:
                logger.error("%s", problem)
        self._named[place] = frozenset(problems)
        if len(self._named) > _MOST_PLACES:
            del self._named[next(iter(self._named))]


def read_text(stored: Any) -> str | None:
    """Return the text of what `as_stored` selected."""
    return stored.decode(errors="replace") if isinstance(stored, bytes) else stored


def read_moment(stored: Any) -> datetime | None:
    """Return the moment that `as_stored` selected, in UTC; None for what is no time.

    However SQLite's text writes it: with or without fractions, T and zone, which else is UTC.
    """
    if isinstance(stored, bytes):
        try:
            stored = datetime.fromisoformat(stored.decode())
        except ValueError:
            return None
    if not isinstance(stored, datetime):
        return None
    if stored.tzinfo is None:
        return stored.replace(tzinfo=UTC)
    try:
        return stored.astimezone(UTC)
    except OverflowError:  # within hours of year 1 or 9999, in another zone
        return None


def read_day(stored: Any) -> date | None:
    """Return the day that `as_stored` selected, also of a time; None for what is no day."""
    if isinstance(stored, bytes):
        day = stored[:10].decode(errors="replace")
        try:
            return date.fromisoformat(day) if _DAY.fullmatch(day) else None
        except ValueError:
            return None
    return stored if isinstance(stored, date) else None


def read_json(stored: Any) -> Any:
    """Return what a JSON column holds, and what is no JSON as the text that it is."""
    text = read_text(stored)
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return text


def read_flag(stored: Any) -> Any:
    """Return SQLite's 0 and 1 as what they mean, and everything else as it is."""
    return bool(stored) if type(stored) is int and stored in {0, 1} else stored
