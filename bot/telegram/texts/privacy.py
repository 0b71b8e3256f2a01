"""Texts about privacy: the data that is kept of a member and why, and being forgotten."""

from aiogram.utils.i18n import gettext as _

from bot.gamification.messages import KEPT
from bot.telegram.texts.formatting import besitos
from bot.telegram.texts.times import days


def privacy() -> str:
    """Say what is kept, what for, and what is not."""
    return "\n".join(
        [
            _("🔐 <b>Qué guardo de ti, y para qué</b>"),
            "",
            _("• Tu id de Telegram, tu nombre, tu alias y tu idioma: para hablarte y nombrarte."),
            _("• Tu saldo, tus movimientos, tu nivel, tus rachas y tus recompensas: son el juego."),
            _(
                "• A qué mensajes has reaccionado, solo el número del mensaje y el chat: para no "
                "pagar dos veces por el mismo."
            ),
            _(
                "• Qué mensajes escribes en los grupos, solo el número, el chat y el tema, durante "
                "{kept}: para no pagarte por reaccionar a los tuyos."
            ).format(kept=days(KEPT.days)),
            _("• De qué chats te has ido: para no dejarte en la clasificación."),
            _(
                "• Lo que quienes administran te han dado o quitado, y por qué: para poder "
                "revisarlo."
            ),
            _(
                "• Un mensaje tuyo solo si falló al procesarse, hasta que se sepa por qué. "
                "Nada más de lo que escribes."
            ),
            "",
            _(
                "Puedes llevarte una copia, o pedirme que te olvide: tu nombre y tu id se borran y "
                "tus movimientos quedan sin dueño, para que las cuentas cuadren. Queda además una "
                "huella de tu id, con la que solo se comprueba si vuelves, para no pagarte dos "
                "veces lo mismo."
            ),
        ]
    )


def buttons_in_private() -> str:
    """Say where the buttons are."""
    return _("Para pedir tu copia o que te olvide, escríbeme /privacy en privado.")


def copy_button() -> str:
    return _("📄 Una copia")


def forget_button() -> str:
    return _("🗑 Olvídame")


def confirm_button() -> str:
    return _("Sí, olvídame")


def back_button() -> str:
    return _("‹ Volver")


def copy_caption() -> str:
    """Say what the document is."""
    return _("📄 Todo lo que guardo de ti, en formato JSON.")


def ask_to_forget(balance: int) -> str:
    """Say what is lost, and ask."""
    return _(
        "🗑 <b>¿Te olvido?</b>\n\n"
        "Perderás lo que tienes ({balance}), tu nivel, tus rachas y tus recompensas, y no se puede "
        "deshacer. Si vuelves, empezarás de cero; lo que ya se te pagó no se paga otra vez. Las "
        "copias de seguridad que ya existan las guarda quien lleva el bot."
    ).format(balance=besitos(balance))


def forgotten() -> str:
    """Say goodbye."""
    return _(
        "Hecho: te he olvidado. Si un día vuelves a escribirme o a reaccionar, empezarás de cero. "
        "👋"
    )
