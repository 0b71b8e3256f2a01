"""The root exception, and validation errors in words."""

from typing import ClassVar, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

#: Characters of a name that are shown.
_LONGEST: Final = 64
#: What pydantic says in words of its own, in those of who writes a file.
_PLAIN: Final = {
    "dict_type": "write a table",
    "extra_forbidden": "there is no such name; correct it, or take it out",
    "missing": "it is missing; add it",
    "model_type": "write a table",
    "too_short": "write at least one",
    "tuple_type": "write a list",
}


class BesitosError(Exception):
    """A failure whose text is one sentence for a person: what happened and what to do.

    `exit_code` is what the process ends with when the error reaches the command line.
    """

    exit_code: ClassVar[int] = 1


def reasons(error: ValidationError) -> str:
    """Return each place where a value is wrong and why, in one line, without the values."""
    problems = error.errors(include_url=False, include_input=False)
    inner = {problem["loc"][:depth] for problem in problems for depth in range(len(problem["loc"]))}
    return "; ".join(
        ": ".join(filter(None, [_place(problem["loc"]), _reason(problem)]))
        for problem in problems
        # A list whose one item is wrong is told of as an empty one, too.
        if problem["type"] != "too_short" or problem["loc"] not in inner
    )


def error_locations(error: ValidationError) -> str:
    """Return the first places where something cannot be read, without repeating what it holds."""
    return ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors()[:3])


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for step in location:
        place += f"[{step}]" if isinstance(step, int) else f".{_shown(step)}"
    return place.removeprefix(".")


def _shown(name: str) -> str:
    """Return a name that somebody made up, in one line of a bearable length."""
    short = name[:_LONGEST]
    return short if short.isprintable() else ascii(short)


def _reason(problem: ErrorDetails) -> str:
    plain = _PLAIN.get(problem["type"])
    text = plain or problem["msg"].removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]
