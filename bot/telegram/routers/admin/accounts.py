"""Accounts: look-up by id, @username or message, and besitos granted or taken."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiogram import F, Router
from aiogram.filters import or_f
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message, MessageOriginUser, User
from aiogram.utils.i18n import I18n

from bot.gamification.admin.accounts import (
    Adjustment,
    adjust_balance,
    is_booked,
    read_account,
    refuse_overdraft,
)
from bot.gamification.admin.effects import times_the_usual
from bot.gamification.admin.member_search import (
    PAGE,
    find_members,
    read_active,
    read_members,
)
from bot.gamification.admin.validation import amount, one_line
from bot.gamification.profile import News
from bot.telegram.filters import OwnWords, TypedAnswer
from bot.telegram.i18n import locale_for
from bot.telegram.methods import Notice
from bot.telegram.replies import Answers, Place, announce, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import (
    Asking,
    BookAdjustment,
    FoundMembers,
    Go,
    MemberAction,
    MemberButton,
    Section,
)
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import accounts as texts
from bot.telegram.texts.formatting import without_controls

_SIGNS: Final = {MemberAction.GRANT: 1, MemberAction.TAKE: -1}


def setup() -> Router:
    router = Router(name=__name__)
    router.callback_query.register(ask_member, Go.filter(F.section == Section.MEMBERS))
    router.callback_query.register(show_found, FoundMembers.filter())
    router.callback_query.register(show_one, MemberButton.filter(F.action == MemberAction.SHOW))
    words = or_f(F.forward_origin, OwnWords())
    router.message.register(look_up, Asking.member, ~F.text.startswith("/"), words)
    router.callback_query.register(
        ask_amount, MemberButton.filter(F.action.in_({MemberAction.GRANT, MemberAction.TAKE}))
    )
    router.message.register(take_amount, Asking.amount, TypedAnswer())
    router.message.register(take_reason, Asking.reason, TypedAnswer())
    router.callback_query.register(book, BookAdjustment.filter())
    return router


async def ask_member(
    callback_query: CallbackQuery, callback_data: Go, admin: AdminContext
) -> Answers:
    """Ask for a member, and show those who were active last."""
    await admin.ask(Asking.member)
    older_than = callback_data.at or None
    active = await read_active(admin.economy.connection, older_than)
    keyboard = keyboards.members(active, newest=older_than is None)
    return replace_page(callback_query, texts.ask(active), keyboard)


async def look_up(message: Message, admin: AdminContext) -> Answers:
    """Show the member who is meant, or those who may be."""
    author = _author(message)
    if author is None and (message.forward_origin or message.reply_to_message):
        return [message.answer(texts.hidden(), reply_markup=keyboards.back_to_panel())]
    wanted = str(author.id) if author else message.text or ""
    found = await find_members(admin.economy.connection, wanted)
    if len(found) > 1:
        token = admin.update_id
        await admin.ask(Asking.member, found=found, token=token)
        text, keyboard = await _found_page(admin, found, token, 0)
        return [message.answer(text, reply_markup=keyboard)]
    account = await read_account(admin.economy, found[0])
    await admin.close()
    return [
        message.answer(texts.account(account), reply_markup=keyboards.account(account, newest=True))
    ]


async def show_found(
    callback_query: CallbackQuery, callback_data: FoundMembers, admin: AdminContext
) -> Answers:
    """Turn to another page of those who may be meant."""
    found, token = admin.require_token(callback_data.token)["found"], callback_data.token
    await admin.ask(Asking.member, found=found, token=token)
    page = await _found_page(admin, found, token, callback_data.page)
    return replace_page(callback_query, *page)


async def _found_page(
    admin: AdminContext, found: Sequence[int], token: int, page: int
) -> tuple[str, InlineKeyboardMarkup]:
    page = min(page, (len(found) - 1) // PAGE)
    end = (page + 1) * PAGE
    members = await read_members(admin.economy.connection, found[end - PAGE : end])
    keyboard = keyboards.found_members(members, token, page, has_next=len(found) > end)
    return texts.found(len(found)), keyboard


async def show_one(
    callback_query: CallbackQuery, callback_data: MemberButton, admin: AdminContext
) -> Answers:
    """Show a member and a page of their ledger."""
    older_than = callback_data.at or None
    account = await read_account(admin.economy, callback_data.user_id, older_than)
    keyboard = keyboards.account(account, newest=older_than is None)
    return replace_page(callback_query, texts.account(account), keyboard)


async def ask_amount(
    callback_query: CallbackQuery, callback_data: MemberButton, admin: AdminContext
) -> Answers:
    """Ask how many."""
    account = await read_account(admin.economy, callback_data.user_id)
    sign = _SIGNS[callback_data.action]
    await admin.ask(Asking.amount, user_id=account.member.user_id, sign=sign)
    text = texts.ask_amount(account, grant=sign > 0)
    return replace_page(callback_query, text, keyboards.back_to_member(account.member.user_id))


async def take_amount(message: Message, admin: AdminContext) -> Answers:
    """Ask why, unless it is more than the member has."""
    data = admin.data
    besitos = data["sign"] * amount(message.text or "")
    account = await read_account(admin.economy, data["user_id"])
    refuse_overdraft(account.profile.balance, besitos)
    await admin.ask(Asking.reason, user_id=data["user_id"], amount=besitos)
    keyboard = keyboards.back_to_member(data["user_id"])
    return [message.answer(texts.ask_reason(), reply_markup=keyboard)]


async def take_reason(message: Message, admin: AdminContext) -> Answers:
    """Show what will be booked. This very update names the booking, for ever."""
    data = admin.data
    reason = one_line(without_controls(message.text or ""))
    account = await read_account(admin.economy, data["user_id"])
    token = admin.update_id
    await admin.close(
        user_id=account.member.user_id, amount=data["amount"], reason=reason, token=token
    )
    keyboard = keyboards.confirm_adjustment(account.member.user_id, token)
    text = texts.confirm(account, data["amount"], reason)
    return [message.answer(text, reply_markup=keyboard)]


async def book(
    callback_query: CallbackQuery, callback_data: BookAdjustment, admin: AdminContext, i18n: I18n
) -> Answers:
    """Book it, once: pressed or delivered twice, the reference is the same."""
    data = admin.require_token(callback_data.token)
    if not callback_data.sure and not await is_booked(admin.economy, _reference(admin, data)):
        times = await times_the_usual(admin.economy, data["amount"])
        if times is not None:
            account = await read_account(admin.economy, data["user_id"])
            text = texts.really(account, data["amount"], times)
            keyboard = keyboards.confirm_adjustment(data["user_id"], callback_data.token, sure=True)
            return replace_page(callback_query, text, keyboard)
    adjustment = await adjust_balance(
        admin.economy,
        admin.id,
        data["user_id"],
        data["amount"],
        reason=data["reason"],
        reference=_reference(admin, data),
    )
    account = await read_account(admin.economy, data["user_id"])
    text = f"{texts.booked(adjustment)}\n\n{texts.account(account)}"
    keyboard = keyboards.account(account, newest=True)
    return [*replace_page(callback_query, text, keyboard), *_tell(adjustment, data["reason"], i18n)]


def _reference(admin: AdminContext, data: Mapping[str, Any]) -> str:
    return f"admin:{admin.id}:{data['token']}"


def _tell(adjustment: Adjustment, reason: str, i18n: I18n) -> Answers:
    """Tell the member, in private and in their language; they may have blocked the bot."""
    if not adjustment.booked:
        return []
    member = adjustment.member
    user = User(id=member.user_id, is_bot=False, first_name=member.first_name)
    with i18n.use_locale(locale_for(i18n, adjustment.account.locale or member.language_code)):
        text = texts.told(adjustment.booked, reason, adjustment.level)
        told = Notice.to_member(user.id, text)
        return [told, *announce(News(adjustment.unlocked), user, Place(user.id))]


def _author(message: Message) -> User | None:
    """Return who wrote what is forwarded or replied to; Telegram may keep that to itself."""
    for one in (message, message.reply_to_message):
        if one is not None and isinstance(one.forward_origin, MessageOriginUser):
            return one.forward_origin.sender_user
    replied = message.reply_to_message
    if replied is None or replied.forward_origin is not None:
        return None
    return replied.from_user if replied.from_user and not replied.from_user.is_bot else None
