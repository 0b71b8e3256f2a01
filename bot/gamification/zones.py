"""Time zones by their IANA names, and what somebody may have meant by another one."""

import re
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Final
from unicodedata import category, normalize
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import BesitosError

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_LONGEST: Final = 64
#: Files beside the zones: the host's own, which is another one elsewhere, and placeholders.
_NO_ZONES: Final = {"localtime", "posixrules", "Factory"}
_OTHER_CLOCKS: Final = ("posix/", "right/")
_MOST_SUGGESTIONS: Final = 3
#: Fewer letters are in every other name.
_WORTH_LOOKING: Final = 4


class UnknownTimezone(BesitosError):
    """A name that no time zone has; `near` are the names most like it."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        """Name what may have been meant."""
        meant = f"did you mean {' or '.join(near)}?" if near else "write one such as Europe/Madrid."
        super().__init__(f"there is no time zone {name[:_LONGEST]!r}; {meant}")
        self.name = name[:_LONGEST]
        self.near = near


@lru_cache(maxsize=64)
def load_zone(name: str) -> ZoneInfo | None:
    """Return the zone of exactly that name, None for none."""
    if len(name) > _LONGEST or name in _NO_ZONES or name.startswith(_OTHER_CLOCKS):
        return None
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a folder, no such file, a file of another kind
        return None


def find_zone(text: str) -> str:
    """Return the name of the zone that `text` means: a name, its last part, capitals or not.

    Raises `UnknownTimezone`.
    """
    folded = _folded(text)
    for spelled in (_by_name(), _by_city()):
        if folded in spelled:
            return spelled[folded]
    raise UnknownTimezone(text, nearest_zones(text))


@lru_cache(maxsize=64)
def nearest_zones(text: str) -> tuple[str, ...]:
    """Return the names most like `text`, those that have it in them first."""
    folded = _folded(text)[:_LONGEST]
    found: dict[str, None] = {}
    if len(folded) >= _WORTH_LOOKING:
        found.update((name, None) for key, name in _by_name().items() if folded in key)
    for wanted, spelled in ((folded, _by_name()), (folded.rpartition("/")[2], _by_city())):
        for match in get_close_matches(wanted, spelled, _MOST_SUGGESTIONS, cutoff=0.7):
            found[spelled[match]] = None
    return tuple(found)[:_MOST_SUGGESTIONS]


def _folded(text: str) -> str:
    """Return a name without capitals, accents and blanks, in which people differ."""
    plain = "".join(one for one in normalize("NFKD", text) if category(one) != "Mn")
    return "_".join(plain.split()).casefold()


@cache
def _by_name() -> dict[str, str]:
    """Return all zones by their folded name; reading them takes tenths of a second."""
    names = sorted(available_timezones() - _NO_ZONES)
    return {name.casefold(): name for name in names}


@cache
def _by_city() -> dict[str, str]:
    """Return those by the last part of their name that only one has."""
    cities: dict[str, list[str]] = {}
    for name in _by_name().values():
        region, slash, city = name.rpartition("/")
        if slash and region != "Etc":
            cities.setdefault(city.casefold(), []).append(name)
    return {city: names[0] for city, names in cities.items() if len(names) == 1}
