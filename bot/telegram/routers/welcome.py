"""/start and /help."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.methods import SendMessage
from aiogram.types import Message, User

from bot.telegram.keyboards import gift_button
from bot.telegram.texts import common as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.message.register(start, CommandStart(), F.from_user.as_("user"))
    router.message.register(show_help, Command("help"))
    return router


async def start(message: Message, user: User) -> SendMessage:
    """Greet the member, whom the middleware has registered by now."""
    return message.answer(texts.welcome(user.first_name), reply_markup=gift_button())


async def show_help(message: Message) -> SendMessage:
    """Say what the bot can do."""
    return message.answer(texts.help_text())
