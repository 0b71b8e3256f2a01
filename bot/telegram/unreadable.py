"""Updates of a Telegram that is newer than our aiogram."""

from pydantic import ValidationError


def places(error: ValidationError) -> str:
    """Say where an update is not what aiogram expects, without repeating what it holds."""
    return ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:3])
