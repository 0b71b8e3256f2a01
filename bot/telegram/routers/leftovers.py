"""Buttons that nobody knows any more: an older release's, or forged ones."""

from aiogram import Router
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery

from bot.telegram.texts import errors as texts


def setup() -> Router:
    """Return the router; it must come last."""
    router = Router(name=__name__)
    router.callback_query.register(say_so)
    return router


async def say_so(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Answer, or the button would go on spinning."""
    return callback_query.answer(texts.unknown_button())
