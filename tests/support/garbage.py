"""Garbage collector that leaves alone what lives as long as the process.

aiogram's models alone are half a million objects: each full collection would look at all of them,
which takes longer than most tests, and finds nothing.
"""

import gc


def collect_no_imports() -> None:
    """Collect nothing until `spare_imports`, for imports make little garbage."""
    gc.disable()


def spare_imports() -> None:
    """Collect from now on, but never what is there already."""
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
    gc.enable()
