"""Chats: which the bot is in, whether anything is paid there, and what is announced."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.gamification.admin.chats import read_chat, set_allowed, set_announcements
from bot.gamification.chats import Chat, ChatBook, read_chats
from bot.gamification.types import AnnouncementMode
from bot.telegram.middlewares import PendingCalls
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import chat_keyboards as keyboards
from bot.telegram.routers.admin.callbacks import ChatAction, ChatButton, Go, Section
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import chats as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.callback_query.register(show_chats, Go.filter(F.section == Section.CHATS))
    for action, handler in (
        (ChatAction.SHOW, show_chat),
        (ChatAction.ALLOW, allow),
        (ChatAction.ANNOUNCE, announce),
    ):
        router.callback_query.register(handler, ChatButton.filter(F.action == action))
    return router


async def show_chats(
    callback_query: CallbackQuery, callback_data: Go, admin: AdminContext, chats: ChatBook
) -> Answers:
    """List them."""
    known = await read_chats(admin.economy.connection)
    found = [chat for chat in known.values() if chat.moved_to is None]
    keyboard = keyboards.chats(found, chats, callback_data.at)
    return replace_page(callback_query, texts.chats(found), keyboard)


async def show_chat(
    callback_query: CallbackQuery, callback_data: ChatButton, admin: AdminContext, chats: ChatBook
) -> Answers:
    """Show one."""
    return _page(callback_query, await read_chat(admin.economy, callback_data.chat_id), chats)


async def allow(
    callback_query: CallbackQuery,
    callback_data: ChatButton,
    admin: AdminContext,
    chats: ChatBook,
    after_commit: PendingCalls,
) -> Answers:
    """Switch paying on or off."""
    allowed = callback_data.what == "1"
    found = await set_allowed(admin.economy, admin.id, callback_data.chat_id, allowed=allowed)
    after_commit.append(chats.invalidate)
    return _page(callback_query, found, chats)


async def announce(
    callback_query: CallbackQuery,
    callback_data: ChatButton,
    admin: AdminContext,
    chats: ChatBook,
    after_commit: PendingCalls,
) -> Answers:
    """Announce elsewhere."""
    mode = AnnouncementMode(callback_data.what)
    found = await set_announcements(admin.economy, admin.id, callback_data.chat_id, mode)
    after_commit.append(chats.invalidate)
    return _page(callback_query, found, chats)


def _page(callback_query: CallbackQuery, found: Chat, chats: ChatBook) -> Answers:
    return replace_page(callback_query, texts.chat(found, chats), keyboards.chat(found, chats))
