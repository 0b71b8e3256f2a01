"""Diagnosis of a bot: what works, what does not, and what to do about it.

One module per area; each has a `look()` that returns what it found.
"""

from dataclasses import dataclass
from typing import Any

from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import load_manifest
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """What was found in one area, in a sentence; one that is not well says what to do."""

    area: str
    sentence: str
    well: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"area": self.area, "well": self.well, "sentence": self.sentence}


async def diagnose(given: Settings) -> list[Check]:
    """Look at everything; nothing is written, and no update is fetched."""
    # They make checks, and aiogram takes seconds to import.
    from bot.doctor import database, settings, telegram  # noqa: PLC0415

    checks = list(settings.look(given))
    manifest = None
    try:
        manifest = load_manifest(given.seed_file)
    except BesitosError as error:
        checks.append(Check("manifest", str(error), well=False))
    state, chats = await database.look(given, manifest)
    checks += state
    checks += await telegram.look(given, chats)
    return checks
