"""Settings that nobody reads: a line of `.env` that is none, a name one slip away from ours."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile
from typing import Final

from bot.env_file import ENV_FILE, is_no_file

#: Words that a shell wants before a name.
_SHELLS: Final = {"ENV", "EXPORT", "SET", "SETX"}
#: Variables of PostgreSQL's that say which database is meant.
_LIBPQ: Final = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")
#: Those of them that only libpq itself reads.
_UNREAD: Final = {"PGHOSTADDR", "PGSERVICE"}
_LIKE: Final = "postgresql://user:password@host/database"
#: Names of other programs that are one slip away from ours.
_OTHERS: Final = {"HTTPS_PORT", "HTTPS_HOST"}


def doubts(names: Collection[str]) -> Iterator[str]:
    """Yield what somebody wrote and meant for one of `names`, in words and without its value."""
    if is_no_file(ENV_FILE):
        yield (
            f"{ENV_FILE.absolute()} is no file, so no setting is read from it: put a file in its "
            "place, or take it away"
        )
    unreadable, places = _env_file()
    given = places.keys() | {name.upper() for name, value in os.environ.items() if value.strip()}
    for number, line in unreadable:
        meant = _meant(_beginnings(line), names)
        if meant not in given:
            lost = f", and {meant} is not set by it" if meant else ""
            yield f"line {number} of .env cannot be read{lost}: write NAME=value, quotes closed"
    for name, place in {**dict.fromkeys(os.environ, "the environment"), **places}.items():
        meant = None if name.upper() in names else _meant([_plain(name)], names)
        if meant and meant not in given:
            yield f"{place} has {name!r}, which is no setting: write {meant}"
    for name in sorted(set(names) & _blank()):
        yield f"{name} in the environment is blank, and hides what .env may say: write its value"
    libpq = next(filter(os.environ.get, _LIBPQ), None)
    if libpq and "DATABASE_URL" not in given:
        to_use_it = (
            f"write what it says into DATABASE_URL, like {_LIKE}"
            if libpq in _UNREAD
            else "DATABASE_URL=postgresql:// uses it"
        )
        yield (
            f"{libpq} is set and DATABASE_URL is not: {to_use_it}, and "
            "DATABASE_URL=sqlite+aiosqlite:///besitos.db does not"
        )


def _blank() -> set[str]:
    """Return names whose value in the environment is nothing that anybody sees."""
    return {name.upper() for name, value in os.environ.items() if value and not value.strip()}


def _env_file() -> tuple[list[tuple[int, str]], dict[str, str]]:
    """Return the lines that cannot be read, by number, and where each name stands."""
    unreadable: list[tuple[int, str]] = []
    places: dict[str, str] = {}
    if not ENV_FILE.is_file():  # what came out of a pipe is gone
        return unreadable, places
    # Only who has such a file pays for the import.
    from dotenv.parser import parse_stream  # noqa: PLC0415

    with ENV_FILE.open(encoding="utf-8-sig", errors="replace") as file:
        for binding in parse_stream(file):
            text = binding.original.string
            number = binding.original.line + text[: -len(text.lstrip()) or None].count("\n")
            if binding.key is not None and binding.value is not None:
                if not binding.value.strip():
                    continue  # empty means default: nothing is given by it
                places[binding.key.upper()] = f"line {number} of .env"
            elif binding.error or binding.key is not None:
                unreadable.append((number, text))
    return unreadable, places


def _plain(name: str) -> str:
    """Return a name as it is, or would be without a shell's word, blanks, dots and the like."""
    words = re.findall(r"\w+", name.upper())
    return "_".join(words[1:] if len(words) > 1 and words[0] in _SHELLS else words)


def _beginnings(line: str) -> list[str]:
    """Return what may be the name in a line that cannot be read: its first words."""
    words = re.findall(r"\w+", line)
    return [_plain(" ".join(words[:count])) for count in (1, 2, 3)]


def _meant(written: Iterable[str], names: Collection[str]) -> str | None:
    pairs = [(one, name) for one in written for name in names]
    return next((name for one, name in pairs if one == name or _is_a_slip(one, name)), None)


def _is_a_slip(written: str, name: str) -> bool:
    """Whether one letter too many, too few or another, or two in turn, make the difference."""
    if "_" not in name or written in _OTHERS:
        return False
    one, other = (rest[::-1] for rest in _without_beginning(written, name))
    one, other = _without_beginning(one, other)
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])  # noqa: PLR2004


def _without_beginning(one: str, other: str) -> tuple[str, str]:
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return one[same:], other[same:]
