"""An open question, and something that cannot be its answer."""

from aiogram import F, Router
from aiogram.methods import SendMessage
from aiogram.types import Message

from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import common as texts


def setup() -> Router:
    """Return the router; it must come behind all that take answers."""
    router = Router(name=__name__)
    router.message.register(ask_for_text, Asking(), ~F.text)
    return router


async def ask_for_text(message: Message) -> SendMessage:
    """Ask for words instead of a picture."""
    return message.answer(texts.or_cancel())
