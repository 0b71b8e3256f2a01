"""What nobody else has answered."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message

from bot.telegram.texts import common as texts
from bot.telegram.texts import errors as error_texts


def setup() -> Router:
    """Return the router; it must come last."""
    router = Router(name=__name__)
    router.callback_query.register(say_so)
    router.message.register(help_out, F.chat.type == ChatType.PRIVATE, F.text)
    return router


async def say_so(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Answer a button of an older release, or it would go on spinning."""
    return callback_query.answer(error_texts.unknown_button())


async def help_out(message: Message) -> SendMessage:
    """Whoever writes something else in private wants to know what can be written."""
    return message.answer(texts.help_text())
