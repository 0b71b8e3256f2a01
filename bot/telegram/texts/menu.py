"""Buttons that lead from screen to screen, and the choice of the language."""

from typing import Final

from aiogram.utils.i18n import gettext as _

#: Each in its own words, so that who does not read the shown one finds theirs.
LANGUAGES: Final = {"es": "Español", "en": "English"}


def profile_button() -> str:
    return _("👤 Perfil")


def rewards_button() -> str:
    return _("🏅 Recompensas")


def top_button() -> str:
    return _("🏆 Clasificación")


def history_button() -> str:
    return _("🧾 Movimientos")


def languages() -> dict[str, str]:
    """Label the languages, and that of the member's Telegram."""
    return {**LANGUAGES, "": _("📱 El de mi Telegram")}


def choose_language() -> str:
    """Ask for the language."""
    return _("🗣 ¿En qué idioma te hablo?")


def language_chosen() -> str:
    """Say that it is done, in the language that was chosen."""
    return _("Hecho: desde ahora te hablo en español.")
