"""Certificate authorities, read once for all of aiogram's clients in a process.

Each client reads the file anew, which takes longer than most tests; a bot makes one client.
"""

import ssl
from functools import cache
from typing import Any

import certifi

_create = ssl.create_default_context
_of_certifi = cache(lambda: _create(cafile=certifi.where()))


def read_authorities_once() -> None:
    """Let this process and its forks share the context that trusts certifi's authorities."""
    _of_certifi()
    ssl.create_default_context = _shared


def _shared(*arguments: Any, **options: Any) -> ssl.SSLContext:
    if not arguments and options == {"cafile": certifi.where()}:
        return _of_certifi()
    return _create(*arguments, **options)
