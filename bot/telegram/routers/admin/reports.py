"""The seed's state and the audit trail."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.gamification.admin.audit import read_audit
from bot.gamification.problems import read_problems
from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import Go, Section
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.texts.admin import audit as audit_texts
from bot.telegram.texts.admin import seed as seed_texts

#: Runs that the seed's page shows; `seed history` has more.
_LATEST_RUNS = 5


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.callback_query.register(show_seed, Go.filter(F.section == Section.SEED))
    router.callback_query.register(show_audit, Go.filter(F.section == Section.AUDIT))
    return router


async def show_seed(callback_query: CallbackQuery, desk: Desk) -> Answers:
    """Show the marker and the edits that a start keeps."""
    connection = desk.economy.connection
    report = await desk.bootstrap_service.inspect(connection)
    runs = await desk.bootstrap_service.history(_LATEST_RUNS, connection)
    problems = await read_problems(connection)
    text = seed_texts.page(report, runs, problems)
    return turn_to(callback_query, text, keyboards.back_to_panel())


async def show_audit(callback_query: CallbackQuery, callback_data: Go, desk: Desk) -> Answers:
    """Show a page of the audit trail."""
    older_than = callback_data.at or None
    found = await read_audit(desk.economy.connection, older_than)
    keyboard = keyboards.audit(found, newest=older_than is None)
    return turn_to(callback_query, audit_texts.page(found), keyboard)
