"""An open question, and something that cannot be its answer."""

from aiogram import F, Router
from aiogram.methods import SendMessage
from aiogram.types import Message

from bot.telegram.routers.admin.filters import OwnWords
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import common as texts


def setup() -> Router:
    """Return the router; it must come behind all that take answers."""
    router = Router(name=__name__)
    router.message.register(ask_for_text, Asking(), ~F.text)
    router.message.register(ask_for_own_words, Asking(), ~F.text.startswith("/"), ~OwnWords())
    return router


async def ask_for_text(message: Message) -> SendMessage:
    """Ask for words instead of a picture."""
    return message.answer(texts.or_cancel())


async def ask_for_own_words(message: Message) -> SendMessage:
    """Ask for the admin's own words instead of somebody else's."""
    return message.answer(texts.own_words_only())
