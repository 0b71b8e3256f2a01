"""Look members up: by id, by @username, or by something that they wrote."""

from aiogram import F, Router
from aiogram.filters import or_f
from aiogram.types import CallbackQuery, Message, MessageOriginUser, User

from bot.gamification.admin.accounts import find_member, read_account
from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import Go, MemberAction, MemberButton, Section
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.routers.admin.filters import OwnWords
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import members as texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.callback_query.register(ask, Go.filter(F.section == Section.MEMBERS))
    router.callback_query.register(show_one, MemberButton.filter(F.action == MemberAction.SHOW))
    words = or_f(F.forward_origin, OwnWords())
    router.message.register(look_up, Asking.member, ~F.text.startswith("/"), words)
    return router


async def ask(callback_query: CallbackQuery, desk: Desk) -> Answers:
    """Ask for a member."""
    await desk.ask(Asking.member)
    return turn_to(callback_query, texts.ask(), keyboards.back_to_panel())


async def look_up(message: Message, desk: Desk) -> Answers:
    """Show the member who is meant."""
    author = _author(message)
    if author is None and (message.forward_origin or message.reply_to_message):
        return [message.answer(texts.hidden(), reply_markup=keyboards.back_to_panel())]
    wanted = str(author.id) if author else message.text or ""
    user_id = await find_member(desk.economy.connection, wanted)
    account = await read_account(desk.economy, user_id)
    await desk.close()
    return [
        message.answer(texts.account(account), reply_markup=keyboards.account(account, newest=True))
    ]


async def show_one(
    callback_query: CallbackQuery, callback_data: MemberButton, desk: Desk
) -> Answers:
    """Show a member and a page of their ledger."""
    older_than = callback_data.at or None
    account = await read_account(desk.economy, callback_data.user_id, older_than)
    keyboard = keyboards.account(account, newest=older_than is None)
    return turn_to(callback_query, texts.account(account), keyboard)


def _author(message: Message) -> User | None:
    """Return who wrote what is forwarded or replied to; Telegram may keep that to itself."""
    for one in (message, message.reply_to_message):
        if one is not None and isinstance(one.forward_origin, MessageOriginUser):
            return one.forward_origin.sender_user
    replied = message.reply_to_message
    if replied is None or replied.forward_origin is not None:
        return None
    return replied.from_user if replied.from_user and not replied.from_user.is_bot else None
