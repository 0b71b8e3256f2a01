"""Grant or take besitos: how many, why, and once more to be sure."""

from typing import Final

from aiogram import F, Router
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message, User
from aiogram.utils.i18n import I18n

from bot.gamification.admin.accounts import (
    Adjustment,
    adjust_balance,
    read_account,
    refuse_overdraft,
)
from bot.gamification.admin.validation import amount, one_line
from bot.telegram import announcements
from bot.telegram.announcements import Answers
from bot.telegram.i18n import locale_for
from bot.telegram.incoming import without_controls
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import BookAdjustment, MemberAction, MemberButton
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.routers.admin.filters import Answer
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import members as texts

_SIGNS: Final = {MemberAction.GRANT: 1, MemberAction.TAKE: -1}


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    router.callback_query.register(
        ask_amount, MemberButton.filter(F.action.in_({MemberAction.GRANT, MemberAction.TAKE}))
    )
    router.message.register(take_amount, Asking.amount, Answer())
    router.message.register(take_reason, Asking.reason, Answer())
    router.callback_query.register(book, BookAdjustment.filter())
    return router


async def ask_amount(
    callback_query: CallbackQuery, callback_data: MemberButton, desk: Desk
) -> Answers:
    """Ask how many."""
    account = await read_account(desk.economy, callback_data.user_id)
    sign = _SIGNS[callback_data.action]
    await desk.ask(Asking.amount, user_id=account.member.user_id, sign=sign)
    text = texts.ask_amount(account, grant=sign > 0)
    return turn_to(callback_query, text, keyboards.back_to_member(account.member.user_id))


async def take_amount(message: Message, desk: Desk) -> Answers:
    """Ask why, unless it is more than the member has."""
    known = desk.known
    besitos = known["sign"] * amount(message.text or "")
    account = await read_account(desk.economy, known["user_id"])
    refuse_overdraft(account.profile.balance, besitos)
    await desk.ask(Asking.reason, user_id=known["user_id"], amount=besitos)
    keyboard = keyboards.back_to_member(known["user_id"])
    return [message.answer(texts.ask_reason(), reply_markup=keyboard)]


async def take_reason(message: Message, desk: Desk) -> Answers:
    """Show what will be booked. This very update names the booking, for ever."""
    known = desk.known
    reason = one_line(without_controls(message.text or ""))
    account = await read_account(desk.economy, known["user_id"])
    asked = desk.update_id
    await desk.close(
        user_id=account.member.user_id, amount=known["amount"], reason=reason, asked=asked
    )
    keyboard = keyboards.confirm_adjustment(account.member.user_id, asked)
    text = texts.confirm(account, known["amount"], reason)
    return [message.answer(text, reply_markup=keyboard)]


async def book(
    callback_query: CallbackQuery, callback_data: BookAdjustment, desk: Desk, i18n: I18n
) -> Answers:
    """Book it, once: pressed or delivered twice, the reference is the same."""
    known = desk.known_for(callback_data.asked)
    adjustment = await adjust_balance(
        desk.economy,
        desk.admin_id,
        known["user_id"],
        known["amount"],
        reason=known["reason"],
        reference=f"admin:{desk.admin_id}:{callback_data.asked}",
    )
    account = await read_account(desk.economy, known["user_id"])
    text = f"{texts.booked(adjustment)}\n\n{texts.account(account)}"
    keyboard = keyboards.account(account, newest=True)
    return [*turn_to(callback_query, text, keyboard), *_tell(adjustment, known["reason"], i18n)]


def _tell(adjustment: Adjustment, reason: str, i18n: I18n) -> Answers:
    """Tell the member, in private and in their language; they may have blocked the bot."""
    if not adjustment.booked:
        return []
    member = adjustment.member
    user = User(id=member.user_id, is_bot=False, first_name=member.first_name)
    with i18n.use_locale(locale_for(i18n, member.language_code)):
        told = SendMessage(chat_id=user.id, text=texts.told(adjustment.booked, reason))
        return [told, *announcements.unlocked(adjustment.unlocked, user, user.id)]
