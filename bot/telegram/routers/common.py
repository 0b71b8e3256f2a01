"""Handlers of /start and /help, and the fallback: others' buttons, old buttons, any other text."""

from typing import get_args

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandStart
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import CallbackQuery, Message, User

from bot.gamification.context import EconomyContext
from bot.telegram import keyboards
from bot.telegram.filters import IsMember
from bot.telegram.keyboards import OwnedButton
from bot.telegram.texts import common as texts
from bot.telegram.texts.rewards import somebody_elses


def setup() -> Router:
    """Return the router; it must come last."""
    router = Router(name=__name__)
    router.message.register(
        start, CommandStart(ignore_case=True), F.from_user.as_("user"), IsMember()
    )
    router.message.register(show_help, Command("help", "ayuda", ignore_case=True))
    router.message.register(show_help, F.chat.type == ChatType.PRIVATE, F.text)
    for button in get_args(OwnedButton):
        router.callback_query.register(refuse_press, button.filter())
    router.callback_query.register(answer_old_button)
    return router


async def start(message: Message, user: User) -> SendMessage:
    """Greet whoever opens the bot, and is registered by now."""
    return message.answer(texts.welcome(user.first_name), reply_markup=keyboards.start(user.id))


async def show_help(message: Message, economy: EconomyContext) -> SendMessage:
    """Say what the bot can do, also to whoever writes something else in private."""
    user = message.from_user
    keyboard = keyboards.start(user.id) if user and not message.sender_chat else None
    return message.answer(texts.help_text(economy.config), reply_markup=keyboard)


async def refuse_press(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Tell a curious member that the button is not theirs: its owner was answered before."""
    return callback_query.answer(somebody_elses(), show_alert=True)


async def answer_old_button(callback_query: CallbackQuery) -> AnswerCallbackQuery:
    """Answer a button of an older release, or it would go on spinning."""
    return callback_query.answer(texts.unknown_button())
