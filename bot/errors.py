"""The root exception, and validation errors in words."""

from typing import ClassVar

from pydantic import ValidationError


class BesitosError(Exception):
    """A failure whose text is one sentence for a person: what happened and what to do.

    `exit_code` is what the process ends with when the error reaches the command line.
    """

    exit_code: ClassVar[int] = 1


def reasons(error: ValidationError) -> str:
    """Return each place where a value is wrong and why, in one line, without the values."""
    return "; ".join(
        ": ".join(filter(None, [_place(problem["loc"]), _reason(problem["msg"])]))
        for problem in error.errors(include_url=False, include_input=False)
    )


def error_locations(error: ValidationError) -> str:
    """Return the first places where something cannot be read, without repeating what it holds."""
    return ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors()[:3])


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for step in location:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return place.removeprefix(".")


def _reason(message: str) -> str:
    text = message.removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]
