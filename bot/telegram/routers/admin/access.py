"""Who may: the people in `ADMIN_IDS`, in their private chat. Everyone else is told no, politely."""

import logging
from collections.abc import Set as AbstractSet

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command, Filter
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot.telegram.routers.admin.callbacks import NAMESPACE
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.errors import unknown_button

logger = logging.getLogger(__name__)


class IsAdmin(Filter):
    """Lets pass who is in `ADMIN_IDS`."""

    def __init__(self, admin_ids: AbstractSet[int]) -> None:
        """`admin_ids` are Telegram user ids."""
        self._admin_ids = admin_ids

    async def __call__(self, _event: TelegramObject, event_from_user: User | None = None) -> bool:
        """Look at who caused the update, never at what the update says."""
        return event_from_user is not None and event_from_user.id in self._admin_ids


def private_only(router: Router, is_admin: IsAdmin) -> None:
    """Keep everyone but admins, and every chat but private ones, out of a router."""
    router.message.filter(F.chat.type == ChatType.PRIVATE, is_admin)
    router.callback_query.filter(F.message.chat.type == ChatType.PRIVATE, is_admin)


def refusals(is_admin: IsAdmin) -> Router:
    """Return the router for whatever the admin router did not let in."""
    router = Router(name=__name__)
    ours = F.data.startswith(NAMESPACE)
    router.message.register(redirect, Command("admin"), is_admin)
    router.message.register(refuse, Command("admin"))
    router.callback_query.register(redirect_press, ours, is_admin)
    router.callback_query.register(refuse_press, ours)
    return router


async def redirect(message: Message) -> SendMessage:
    """Send an admin who asks in a group to the private chat."""
    return message.answer(texts.only_in_private())


async def redirect_press(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Do the same for a press; in private the button must be one that nobody knows any more."""
    message = callback_query.message
    private = message is not None and message.chat.type == ChatType.PRIVATE
    said = unknown_button() if private else texts.only_in_private()
    return callback_query.answer(said, show_alert=True)


async def refuse(message: Message) -> SendMessage:
    """Say no."""
    user_id = message.from_user.id if message.from_user else None
    logger.warning("user %s asked for the admin panel and was refused", user_id)
    return message.answer(texts.refused())


async def refuse_press(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Say no to a press on a button that was never shown to this person."""
    logger.warning("user %d pressed an admin button and was refused", callback_query.from_user.id)
    return callback_query.answer(texts.refused(), show_alert=True)
