"""What is read of the bot in an empty chat, and in its profile; no markup is shown there."""

from aiogram.utils.i18n import gettext as _


def description() -> str:
    """Say what the bot is for, in at most 512 characters."""
    return _(
        "💋 Besitos da una moneda a tu comunidad: los miembros ganan besitos al reaccionar a los "
        "mensajes y con el regalo de cada día, suben de nivel y desbloquean recompensas.\n\n"
        "Pulsa Empezar para ver tu perfil, o añádeme a tu grupo como administrador: solo así "
        "puedo ver las reacciones."
    )


def short_description() -> str:
    """Say it in at most 120 characters."""
    return _("💋 Besitos por reaccionar, un regalo cada día, niveles y recompensas.")
