"""Panel: /admin and /cancel, and the pages with statistics and the seed."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message

from bot.gamification.admin.statistics import read_statistics
from bot.gamification.context import read_problems
from bot.telegram.filters import IsMember
from bot.telegram.methods import LatePhoto
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import Go, Section
from bot.telegram.routers.admin.chart import ChartFile, can_draw
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import common as common_texts
from bot.telegram.texts.admin import panel as texts

#: Runs that the seed's page shows; `seed history` has more.
_LATEST_RUNS = 5


def setup() -> Router:
    router = Router(name=__name__)
    # Who runs the community is registered, too: the audit trail names them.
    router.message.register(
        show_panel, Command("admin", "cancel", "cancelar", ignore_case=True), IsMember()
    )
    router.callback_query.register(turn_to_panel, Go.filter(F.section == Section.PANEL))
    router.callback_query.register(show_statistics, Go.filter(F.section == Section.STATISTICS))
    router.callback_query.register(show_seed, Go.filter(F.section == Section.SEED))
    return router


async def show_panel(message: Message, admin: AdminContext) -> SendMessage:
    """Show the panel; whatever question was open is dropped."""
    await admin.close()
    return message.answer(common_texts.panel(), reply_markup=keyboards.panel())


async def turn_to_panel(callback_query: CallbackQuery) -> Answers:
    """Go back to the panel."""
    return replace_page(callback_query, common_texts.panel(), keyboards.panel())


async def show_statistics(callback_query: CallbackQuery, admin: AdminContext) -> Answers:
    """Show the figures, and the chart below; it is drawn when it is sent, after the commit."""
    economy = admin.economy
    found = await read_statistics(economy.connection, economy.now, economy.calendar)
    if not can_draw():
        text = f"{texts.statistics(found)}\n\n{texts.no_chart()}"
        return replace_page(callback_query, text, keyboards.back_to_panel())
    chart = LatePhoto(
        chat_id=callback_query.from_user.id,
        photo=ChartFile(found.days, texts.chart_words(found)),
        caption=texts.chart_caption(),
        reply_markup=keyboards.back_to_panel(),
    )
    chart.apologize_by(texts.chart_failed())
    return [
        *replace_page(callback_query, texts.statistics(found), keyboards.back_to_panel()),
        chart,
    ]


async def show_seed(callback_query: CallbackQuery, admin: AdminContext) -> Answers:
    """Show the marker and the edits that a start keeps."""
    connection = admin.economy.connection
    report = await admin.bootstrap_service.inspect(connection)
    runs = await admin.bootstrap_service.history(_LATEST_RUNS, connection)
    problems = await read_problems(connection)
    text = texts.seed_report(report, runs, problems)
    return replace_page(callback_query, text, keyboards.back_to_panel())
