"""Digests as messages: one for each chat that wants one, in the language of most whom it names."""

from collections import Counter

from aiogram.utils.i18n import I18n

from bot.gamification.chats import ChatBook
from bot.gamification.context import EconomyContext
from bot.gamification.digests import take_digest
from bot.gamification.types import AnnouncementMode
from bot.telegram.i18n import locale_for
from bot.telegram.methods import Notice
from bot.telegram.texts import chats as texts


async def make_digest(
    economy: EconomyContext, chats: ChatBook, i18n: I18n, chat_id: int
) -> Notice | None:
    """Return the message with a chat's digest, to be stored in this transaction.

    None when another process has made it, or nobody wants to hear of the chat any more.
    """
    digest = await take_digest(economy, chat_id)
    chat = await chats.get(economy.connection, chat_id)
    if digest is None or chat is None or chat.announcements is AnnouncementMode.OFF:
        return None
    if chat.has_left or not chats.is_allowed(chat):
        return None
    spoken = Counter(locale_for(i18n, line.language) for line in digest.lines)
    ((locale, _),) = spoken.most_common(1)
    with i18n.context(), i18n.use_locale(locale):
        text = texts.digest(digest.lines)
    return Notice(chat_id=chat_id, message_thread_id=digest.thread_id, text=text)
