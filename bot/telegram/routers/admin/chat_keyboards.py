"""Inline keyboards of the page of chats."""

from collections.abc import Sequence
from typing import Final

from aiogram.enums import ChatType
from aiogram.types import InlineKeyboardMarkup

from bot.gamification.chats import Chat, ChatBook
from bot.gamification.types import AnnouncementMode
from bot.telegram.keyboards import keyboard, numbered_pager
from bot.telegram.routers.admin.callbacks import ChatAction, ChatButton, Go, Section
from bot.telegram.routers.admin.keyboards import back
from bot.telegram.texts.admin import chats as texts
from bot.telegram.texts.admin import names

PAGE: Final = 8


def chats(found: Sequence[Chat], book: ChatBook, page: int) -> InlineKeyboardMarkup:
    """Return a button for each chat of a page, and the pager."""
    shown = found[page * PAGE : (page + 1) * PAGE]
    buttons = [
        (texts.label(one, book), ChatButton(action=ChatAction.SHOW, chat_id=one.chat_id))
        for one in shown
    ]
    pager = numbered_pager(
        lambda to: Go(section=Section.CHATS, at=to), page, has_next=(page + 1) * PAGE < len(found)
    )
    return keyboard(*([one] for one in buttons), pager, back(Go(section=Section.PANEL)))


def chat(shown: Chat, book: ChatBook) -> InlineKeyboardMarkup:
    """Return the switches of a chat; what the operator has decided has none."""
    chat_id, allowed = shown.chat_id, shown.is_allowed
    switch = ChatButton(action=ChatAction.ALLOW, chat_id=chat_id, what="0" if allowed else "1")
    modes = [
        (
            texts.announce(names.announcement_modes()[mode]),
            ChatButton(action=ChatAction.ANNOUNCE, chat_id=chat_id, what=mode),
        )
        for mode in AnnouncementMode
        if mode is not shown.announcements and shown.type != ChatType.CHANNEL
    ]
    return keyboard(
        [(texts.switch(allow=not allowed), switch)] if book.is_listed(chat_id) else [],
        *([one] for one in modes),
        back(Go(section=Section.CHATS)),
    )
