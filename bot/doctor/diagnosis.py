"""The whole diagnosis, area by area."""

from bot.doctor import database, settings, telegram
from bot.doctor.finding import Check
from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import load_manifest
from bot.settings import Settings


async def diagnose(given: Settings) -> list[Check]:
    """Look at everything; nothing is written, and no update is fetched."""
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
