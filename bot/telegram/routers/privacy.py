"""Privacy: /privacy, a copy of what is kept, and being forgotten."""

import json

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command
from aiogram.methods import SendDocument, SendMessage
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.gamification.account import Account
from bot.gamification.context import EconomyContext
from bot.gamification.forgetting import forget_member
from bot.gamification.member_export import own_copy
from bot.telegram import keyboards
from bot.telegram.filters import IsMember
from bot.telegram.keyboards import PrivacyAction, PrivacyButton
from bot.telegram.replies import Answers, replace_page, reply
from bot.telegram.texts import privacy as texts


def setup() -> Router:
    router = Router(name=__name__)
    # In private nobody but the member can press their buttons.
    router.callback_query.filter(F.message.chat.type == ChatType.PRIVATE)
    router.message.register(show_privacy, Command("privacy", "privacidad", ignore_case=True))
    for action, handler in (
        (PrivacyAction.SHOW, turn_to_privacy),
        (PrivacyAction.COPY, send_copy),
        (PrivacyAction.ASK, ask_to_forget),
        (PrivacyAction.FORGET, forget),
    ):
        router.callback_query.register(
            handler, PrivacyButton.filter(F.action == action), IsMember()
        )
    return router


async def show_privacy(message: Message) -> SendMessage:
    """Say what is kept and why; the buttons are in the private chat only."""
    if message.chat.type != ChatType.PRIVATE:
        return reply(message, f"{texts.privacy()}\n\n{texts.buttons_in_private()}")
    return reply(message, texts.privacy(), keyboards.privacy())


async def turn_to_privacy(callback_query: CallbackQuery) -> Answers:
    """Show it again."""
    return replace_page(callback_query, texts.privacy(), keyboards.privacy())


async def send_copy(
    callback_query: CallbackQuery, account: Account, economy: EconomyContext
) -> Answers:
    """Send all that is kept as a JSON document."""
    copy = await own_copy(economy.connection, account.user_id)
    content = json.dumps(copy, ensure_ascii=False, indent=2).encode(errors="replace")
    document = SendDocument(
        chat_id=account.user_id,
        document=BufferedInputFile(content, f"besitos-{account.user_id}.json"),
        caption=texts.copy_caption(),
    )
    return [callback_query.answer(), document]


async def ask_to_forget(callback_query: CallbackQuery, account: Account) -> Answers:
    """Ask first: it cannot be taken back."""
    return replace_page(
        callback_query, texts.ask_to_forget(account.balance), keyboards.confirm_forgetting()
    )


async def forget(
    callback_query: CallbackQuery, account: Account, economy: EconomyContext
) -> Answers:
    """Forget whoever presses."""
    await forget_member(economy.connection, account.user_id, economy.now)
    return replace_page(callback_query, texts.forgotten(), None)
