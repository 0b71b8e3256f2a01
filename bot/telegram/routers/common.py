"""Handlers of /start and /help, and the fallback: others' buttons, old buttons, any other text."""

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandStart
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message, User

from bot.telegram.keyboards import (
    ClaimListed,
    ClaimReward,
    ShowHistory,
    ShowRewards,
    ShowTop,
    gift_button,
)
from bot.telegram.texts import common as texts
from bot.telegram.texts.rewards import somebody_elses


def setup() -> Router:
    """Return the router; it must come last."""
    router = Router(name=__name__)
    router.message.register(start, CommandStart(), F.from_user.as_("user"))
    router.message.register(show_help, Command("help"))
    router.message.register(show_help, F.chat.type == ChatType.PRIVATE, F.text)
    for button in (ClaimListed, ClaimReward, ShowHistory, ShowRewards, ShowTop):
        router.callback_query.register(refuse_press, button.filter())
    router.callback_query.register(answer_old_button)
    return router


async def start(message: Message, user: User) -> SendMessage:
    """Greet the member, whom the middleware has registered by now."""
    return message.answer(texts.welcome(user.first_name), reply_markup=gift_button())


async def show_help(message: Message) -> SendMessage:
    """Say what the bot can do, also to whoever writes something else in private."""
    return message.answer(texts.help_text())


async def refuse_press(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Tell a curious member that the button is not theirs: its owner was answered before."""
    return callback_query.answer(somebody_elses(), show_alert=True)


async def answer_old_button(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Answer a button of an older release, or it would go on spinning."""
    return callback_query.answer(texts.unknown_button())
