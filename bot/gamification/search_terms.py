"""Search terms of a member: what an admin may type the beginning of to find them.

The name from each of its words on, and the username behind an @: no capitals, no accents.
"""

import re
from typing import Final
from unicodedata import combining, normalize

LONGEST: Final = 64
#: From so many words of a name on; more are somebody's joke.
MOST_WORDS: Final = 8
_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return `text` as it is compared: « José_Luis » is "jose luis"."""
    plain = normalize("NFKD", normalize("NFKD", text).casefold())
    words = _WORD.findall("".join(one for one in plain if not combining(one)))
    # A name may be all emoji.
    return (" ".join(words) or " ".join(plain.split()))[:LONGEST].strip()


def search_terms(first_name: str, username: str | None) -> set[str]:
    """Return what a member is found by."""
    words = folded(first_name).split(" ")[:MOST_WORDS]
    terms = {" ".join(words[at:]) for at in range(len(words))}
    if username:
        terms.add(f"@{username.casefold()[:LONGEST]}")
    return terms - {""}
