"""/admin and /cancel."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message

from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import Go, Section
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.texts.admin import common as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.message.register(show, Command("admin", "cancel"))
    router.callback_query.register(turn, Go.filter(F.section == Section.PANEL))
    return router


async def show(message: Message, desk: Desk) -> SendMessage:
    """Show the panel; whatever question was open is dropped."""
    await desk.close()
    return message.answer(texts.panel(), reply_markup=keyboards.panel())


async def turn(callback_query: CallbackQuery) -> Answers:
    """Go back to the panel."""
    return turn_to(callback_query, texts.panel(), keyboards.panel())
