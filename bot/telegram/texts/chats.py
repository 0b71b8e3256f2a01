"""The bot's own arrival in a chat, chats in which nothing is paid, and the daily digest."""

from collections.abc import Sequence
from typing import Final

from aiogram.utils.i18n import gettext as _

from bot.gamification.digests import DigestLine
from bot.telegram.texts.formatting import addressed, fitting, paged, titled
from bot.telegram.texts.rewards import level_short, reward_and_value

#: Of what is said of one member.
_LONGEST_LINE: Final = 1_000


def not_here() -> str:
    """Say that nothing is paid in a chat."""
    return _("En este chat no se ganan besitos; aquí no haré nada más.")


def not_here_short() -> str:
    """Say it to who pressed a button."""
    return _("En este chat no se ganan besitos.")


def needs_rights() -> str:
    """Say what a group must give the bot, and why."""
    return _(
        "¡Hola! 💋 Para dar besitos por las reacciones necesito ser <b>administrador</b> de este "
        "grupo: Telegram solo enseña las reacciones a los administradores. No hace falta ningún "
        "permiso más. /daily y los demás comandos ya funcionan."
    )


def ready() -> str:
    """Say that the bot has what it needs."""
    return _(
        "¡Listo! 💋 Desde ahora cada reacción a un mensaje de este grupo da besitos. "
        "El regalo de cada día se recoge con /daily, y /help lo cuenta todo."
    )


def channel_needs_rights(title: str) -> str:
    """Say to who added the bot what a channel must let it do."""
    return _(
        "Para poner el botón 💋 bajo las publicaciones de {title} necesito el permiso de "
        "<b>editar mensajes</b>: Telegram no dice quién reacciona en un canal, y el botón sí."
    ).format(title=_bold(title))


def channel_ready(title: str) -> str:
    """Say to who added the bot that the channel is ready."""
    return _(
        "¡Listo! 💋 Bajo cada nueva publicación de {title} pondré un botón que da besitos."
    ).format(title=_bold(title))


def digest(lines: Sequence[DigestLine]) -> list[str]:
    """Tell a chat what its members have unlocked since the last time, in a text or more."""
    parts = [_("🎉 <b>Resumen del día</b>"), "", *map(_digest_line, lines)]
    if any(line.news.unlocked for line in lines):
        parts += ["", _("Cada cual reclama lo suyo con /rewards.")]
    return paged(parts)


def _digest_line(line: DigestLine) -> str:
    said = [reward_and_value(reward) for reward in line.news.unlocked]
    if line.news.level:
        said.append(level_short(line.news.level))
    return f"{addressed(line.first_name, line.user_id)}: {fitting(said, ', ', _LONGEST_LINE)}"


def _bold(name: str) -> str:
    return f"<b>{titled(name)}</b>"
