"""The descriptions of the default rewards in the reader's language."""

from aiogram.utils.i18n import gettext as _


def description(text: str) -> str:
    """Translate a description as it is shipped; what an admin wrote stays as it is."""
    # Spelled out, for only literals find their way into the catalogue.
    shipped = {
        "Reacciona por primera vez a un mensaje.": _("Reacciona por primera vez a un mensaje."),
        "Gana 100 besitos en total.": _("Gana 100 besitos en total."),
        "Recoge el regalo diario 7 días seguidos.": _("Recoge el regalo diario 7 días seguidos."),
    }
    return shipped.get(text, text)
