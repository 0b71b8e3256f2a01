"""Signatures of handlers and filters, read once for all dispatchers of a process.

aiogram reads nine hundred for each dispatcher, most of them of the same few functions, and that
takes as long as a small test; a bot makes one dispatcher.
"""

import inspect
from types import CodeType, FunctionType, MethodType, SimpleNamespace
from typing import Any

from aiogram.dispatcher.event import handler

_known: dict[tuple[CodeType, bool], inspect.Signature] = {}


def read_signatures_once() -> None:
    """Let aiogram ask here."""
    handler.inspect = SimpleNamespace(**{**vars(inspect), "signature": _signature})  # type: ignore[attr-defined]


def _signature(function: Any, **options: Any) -> inspect.Signature:
    """Return the signature; its names and kinds, which aiogram looks at, are those of the code."""
    is_bound = not isinstance(function, FunctionType)
    method = function if isinstance(function, MethodType) else type(function).__call__
    code = getattr(method if is_bound else function, "__code__", None)
    if code is None or hasattr(function, "__signature__"):
        return inspect.signature(function, **options)
    key = (code, is_bound)
    if key not in _known:
        _known[key] = inspect.signature(function, **options)
    return _known[key]
