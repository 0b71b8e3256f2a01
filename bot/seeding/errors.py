"""Errors of the mechanism, the words of its sentences, and what a driver's error means."""

import sqlite3
from collections.abc import Iterable
from difflib import get_close_matches


class SeedError(Exception):
    """A seed cannot be applied, taken or exported; the database is exactly as it was."""


class SeedDeclarationError(SeedError):
    """A declaration that cannot work; nothing has been read yet."""


class UnknownSeedName(SeedError):
    """A name that no seed has; the nearest ones are in the sentence."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        """Look for the nearest of the `known` names."""
        near = get_close_matches(name, known)
        hint = f"; did you mean {', '.join(near)}?" if near else "."
        super().__init__(f"The seed has no {name!r}{hint}")


class SeedLocked(SeedError):
    """Another process holds the lock and did not let go in time."""


LOCK_NOT_AVAILABLE = "55P03"
#: What may go well when it is simply tried again: a deadlock and a serialization failure.
_PASSING = {"40P01", "40001"}


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE that PostgreSQL gave, if `error` comes from PostgreSQL at all."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def sqlite_code(error: BaseException) -> int:
    """Return SQLite's primary result code, 0 if `error` does not come from SQLite."""
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code & 0xFF


def is_busy(error: BaseException) -> bool:
    """Return whether another SQLite connection holds the lock that was asked for."""
    return sqlite_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_passing(error: BaseException) -> bool:
    """Return whether the whole transaction may succeed when it is done once more."""
    return is_busy(error) or sqlstate(error) in _PASSING


def counted(count: int, plural: str) -> str:
    """Return so many of what has a regular plural: 1 missing profile, 2 missing profiles."""
    if count != 1:
        return f"{count} {plural}"
    singular = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
    return f"1 {singular}"
