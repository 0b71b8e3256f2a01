"""Buttons that are one member's own, pressed by another."""

from aiogram import Router
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import CallbackQuery

from bot.telegram.callbacks import ClaimReward, ShowHistory, ShowRewards, ShowTop
from bot.telegram.filters import IsForAnother
from bot.telegram.texts import rewards as texts


def setup() -> Router:
    """Return the router; it must come before those that do what the buttons say."""
    router = Router(name=__name__)
    for button in (ClaimReward, ShowHistory, ShowRewards, ShowTop):
        router.callback_query.register(refuse, button.filter(), IsForAnother())
    return router


async def refuse(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Tell a curious member that the button is not theirs."""
    return callback_query.answer(texts.somebody_elses(), show_alert=True)
