"""The admin's page of chats."""

from collections.abc import Sequence

from aiogram.enums import ChatType
from aiogram.utils.i18n import gettext as _

from bot.gamification.chats import Chat, ChatBook
from bot.gamification.types import AnnouncementMode
from bot.telegram.texts.admin import names
from bot.telegram.texts.formatting import set_apart, shown_name, titled

_LONGEST_LABEL = 40


def chats(found: Sequence[Chat]) -> str:
    """Head the list."""
    if not found:
        return _("💬 <b>Chats</b>\n\nTodavía no estoy en ningún grupo ni canal.")
    return _("💬 <b>Chats</b>\nElige uno.")


def label(chat: Chat, book: ChatBook) -> str:
    """Label the button of a chat."""
    counts = "💋" if book.is_allowed(chat) else "🚫"
    mark = "🚪" if chat.has_left else counts
    return f"{mark} {set_apart(shown_name(chat.title or str(chat.chat_id), _LONGEST_LABEL))}"


def chat(shown: Chat, book: ChatBook) -> str:
    """Show a chat with what was decided for it."""
    lines = [f"💬 <b>{titled(shown.title)}</b>", f"<code>{shown.chat_id}</code>", ""]
    if shown.has_left:
        lines.append(_("🚪 Ya no estoy en este chat."))
    if not book.is_listed(shown.chat_id):
        lines.append(_("🚫 No está en ALLOWED_CHATS, así que no doy besitos aquí."))
    elif shown.is_allowed:
        lines.append(_("💋 Aquí doy besitos."))
    else:
        lines.append(_("🚫 Aquí no doy besitos."))
    # In a channel nobody but the bot could be read, and so it has no choice.
    in_channel = shown.type == ChatType.CHANNEL
    mode = AnnouncementMode.PRIVATE if in_channel else shown.announcements
    where = names.announcement_modes()[mode]
    lines.append(
        _("📣 Las recompensas desbloqueadas con una reacción se anuncian: <b>{where}</b>").format(
            where=where
        )
    )
    return "\n".join(lines)


def switch(*, allow: bool) -> str:
    """Label the switch that lets besitos be paid, or not."""
    return _("💋 Dar besitos aquí") if allow else _("🚫 No dar besitos aquí")


def announce(mode: str) -> str:
    """Label the button that announces elsewhere."""
    return _("📣 Anunciar {where}").format(where=mode)
