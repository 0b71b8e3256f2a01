"""The economy in figures, with a chart."""

from aiogram import F, Router
from aiogram.methods import SendPhoto
from aiogram.types import CallbackQuery

from bot.gamification.admin.statistics import read_statistics
from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import Go, Section
from bot.telegram.routers.admin.chart import ChartFile
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.texts.admin import figures as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.callback_query.register(show, Go.filter(F.section == Section.FIGURES))
    return router


async def show(callback_query: CallbackQuery, desk: Desk) -> Answers:
    """Show the figures, and the chart below; it is drawn when it is sent, after the commit."""
    found = await read_statistics(desk.economy.connection, desk.economy.now)
    chart = SendPhoto(
        chat_id=callback_query.from_user.id,
        photo=ChartFile(found.days, texts.chart_words()),
        caption=texts.caption(),
        reply_markup=keyboards.back_to_panel(),
    )
    return [*turn_to(callback_query, texts.page(found), keyboards.back_to_panel()), chart]
