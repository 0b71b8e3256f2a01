"""Access to the panel, refusals for everyone else, and the fallback of an open question.

The people in `ADMIN_IDS` may, in their private chat.
"""

import logging
from collections.abc import Set as AbstractSet

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message

from bot.telegram.filters import IsAdmin, OwnWords
from bot.telegram.routers.admin.callbacks import NAMESPACE, Asking
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.common import unknown_button

logger = logging.getLogger(__name__)


def private_only(router: Router, is_admin: IsAdmin) -> None:
    """Keep everyone but admins, and every chat but private ones, out of a router."""
    router.message.filter(F.chat.type == ChatType.PRIVATE, is_admin)
    router.callback_query.filter(F.message.chat.type == ChatType.PRIVATE, is_admin)


def fallback() -> Router:
    """Return the router for what is no answer; it must come behind all that take answers."""
    router = Router(name="admin.fallback")
    router.message.register(ask_for_text, Asking(), ~F.text)
    router.message.register(ask_for_own_words, Asking(), ~F.text.startswith("/"), ~OwnWords())
    return router


def refusals(is_admin: IsAdmin) -> Router:
    """Return the router for whatever the admin router did not let in."""
    router = Router(name="admin.refusals")
    ours = F.data.startswith(NAMESPACE)
    command = Command("admin", ignore_case=True)
    router.message.register(ask_who, command, F.sender_chat)
    router.message.register(redirect, command, is_admin)
    router.message.register(refuse, command)
    router.callback_query.register(redirect_press, ours, is_admin)
    router.callback_query.register(refuse_press, ours)
    return router


async def ask_for_text(message: Message) -> SendMessage:
    """Ask for words instead of a picture."""
    return message.answer(texts.or_cancel())


async def ask_for_own_words(message: Message) -> SendMessage:
    """Ask for the admin's own words instead of somebody else's."""
    return message.answer(texts.own_words_only())


async def redirect(message: Message) -> SendMessage:
    """Send an admin who asks in a group to the private chat."""
    return message.answer(texts.only_in_private())


async def redirect_press(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Do the same for a press; in private the button must be one that nobody knows any more."""
    message = callback_query.message
    private = message is not None and message.chat.type == ChatType.PRIVATE
    said = unknown_button() if private else texts.only_in_private()
    return callback_query.answer(said, show_alert=True)


async def ask_who(message: Message) -> SendMessage:
    """Tell whoever writes as the group or a channel what to do: they may well be an admin."""
    as_group = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    return message.answer(texts.anonymous() if as_group else texts.only_in_private())


async def refuse(message: Message, admin_ids: AbstractSet[int]) -> SendMessage:
    """Say no, and how to become an admin while there is none at all."""
    user_id = message.from_user.id if message.from_user else None
    if not admin_ids and user_id is not None:
        is_private = message.chat.type == ChatType.PRIVATE
        said = texts.no_admins_yet(user_id) if is_private else texts.only_in_private()
        return message.answer(said)
    logger.warning("user %s asked for the admin panel and was refused", user_id)
    return message.answer(texts.refused())


async def refuse_press(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Say no to a press on a button that was never shown to this person."""
    logger.warning("user %d pressed an admin button and was refused", callback_query.from_user.id)
    return callback_query.answer(texts.refused(), show_alert=True)
