"""Replies to members, page replacement, and the announcement of unlocked rewards."""

from collections.abc import Sequence
from typing import Any

from aiogram.enums import ChatType
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message, User

from bot.gamification.rewards.catalogue import Reward
from bot.telegram.keyboards import claim_buttons
from bot.telegram.sending import Notice
from bot.telegram.texts import rewards as reward_texts
from bot.telegram.texts.common import unknown_button
from bot.telegram.texts.formatting import addressed

#: Returned by handlers, and sent once their transaction has committed.
Answers = list[TelegramMethod[Any]]


def reply(message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> SendMessage:
    """Answer what a member wrote; in a group as a reply to it, if it is still there."""
    if message.chat.type == ChatType.PRIVATE:
        return message.answer(text, reply_markup=keyboard)
    to = message.as_reply_parameters(allow_sending_without_reply=True)
    return message.answer(text, reply_markup=keyboard, reply_parameters=to)


def answer_press(message: Message, user: User, text: str) -> SendMessage:
    """Answer a press on a button below `message`, by name in a group: anybody may have pressed."""
    if message.chat.type == ChatType.PRIVATE:
        return message.answer(text)
    return message.answer(f"{addressed(user.first_name, user.id)}\n{text}")


def replace_page(
    callback_query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None
) -> Answers:
    """Show a page instead of the one whose button was pressed.

    A picture cannot become a text, and what the bot cannot see any more cannot be edited: below
    such a message the page is a new one; but not where others read along, since whoever may not
    write there could make the bot write without end.
    """
    message = callback_query.message
    if message is None:
        return [callback_query.answer()]
    if isinstance(message, Message) and not message.photo:
        return [callback_query.answer(), message.edit_text(text, reply_markup=keyboard)]
    if message.chat.type != ChatType.PRIVATE:
        return [callback_query.answer(unknown_button())]
    return [callback_query.answer(), message.answer(text, reply_markup=keyboard)]


def announce_unlocked(rewards: Sequence[Reward], user: User, chat_id: int) -> Answers:
    """Return one notice for `chat_id` about all `rewards`, or nothing when there are none."""
    if not rewards:
        return []
    return [
        Notice(
            chat_id=chat_id,
            text=reward_texts.unlocked(user.first_name, user.id, rewards),
            reply_markup=claim_buttons(rewards, user.id),
        )
    ]
