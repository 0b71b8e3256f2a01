"""Audit pages: who changed what, and the undo of it."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, User
from aiogram.utils.i18n import I18n

from bot.gamification.admin.audit import read_audit
from bot.gamification.admin.undo import Undone, read_undoable, undo
from bot.telegram.i18n import locale_for
from bot.telegram.methods import Notice
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import Go, Section, UndoButton
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import accounts as account_texts
from bot.telegram.texts.admin import audit as texts


def setup() -> Router:
    router = Router(name=__name__)
    router.callback_query.register(show_all, Go.filter(F.section == Section.AUDIT))
    router.callback_query.register(ask, UndoButton.filter(~F.sure))
    router.callback_query.register(take_back, UndoButton.filter(F.sure))
    return router


async def show_all(
    callback_query: CallbackQuery, callback_data: Go, admin: AdminContext
) -> Answers:
    """Show a page of the audit trail."""
    older_than = callback_data.at or None
    found = await read_audit(admin.economy.connection, older_than)
    keyboard = keyboards.audit(found, newest=older_than is None)
    return replace_page(callback_query, texts.audit_trail(found), keyboard)


async def ask(
    callback_query: CallbackQuery, callback_data: UndoButton, admin: AdminContext
) -> Answers:
    """Show what would be undone."""
    line = await read_undoable(admin.economy, callback_data.line_id)
    return replace_page(callback_query, texts.confirm_undo(line), keyboards.confirm_undo(line.id))


async def take_back(
    callback_query: CallbackQuery, callback_data: UndoButton, admin: AdminContext, i18n: I18n
) -> Answers:
    """Undo it, once: pressed or delivered twice, the second finds it undone."""
    config = admin.manifest.config
    undone = await undo(admin.economy, config, admin.id, callback_data.line_id)
    admin.rules_changed()
    page = replace_page(callback_query, texts.undone(undone.line), keyboards.back_to_audit())
    return [*page, *_tell(undone, i18n)]


def _tell(undone: Undone, i18n: I18n) -> Answers:
    """Tell the member whose balance has changed, in private and in their language."""
    member = undone.member
    if member is None or member.user_id < 0:  # that is no chat: they were forgotten
        return []
    user = User(id=member.user_id, is_bot=False, first_name=member.first_name)
    with i18n.use_locale(locale_for(i18n, undone.locale or member.language_code)):
        return [Notice.to_member(user.id, account_texts.told_of_undo(undone.amount))]
