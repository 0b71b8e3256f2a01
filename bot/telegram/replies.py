"""Replies to members, page replacement, and the announcement of unlocked rewards."""

from dataclasses import dataclass
from typing import Any, Self

from aiogram.enums import ChatType
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import (
    CallbackQuery,
    InaccessibleMessage,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
    User,
)

from bot.gamification.profile import News
from bot.telegram.keyboards import claim_buttons
from bot.telegram.methods import Notice
from bot.telegram.texts import rewards as reward_texts
from bot.telegram.texts.common import unknown_button
from bot.telegram.texts.formatting import addressed

#: Returned by handlers, and sent once their transaction has committed.
Answers = list[TelegramMethod[Any]]


def listed(result: Any) -> list[Any]:
    """Return what a handler has returned as a list: one answer, several, or something else."""
    return result if isinstance(result, list) else [result]


def reply(message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> SendMessage:
    """Answer what a member wrote; in a group as a reply to it, if it is still there."""
    if message.chat.type == ChatType.PRIVATE:
        return message.answer(text, reply_markup=keyboard)
    to = message.as_reply_parameters(allow_sending_without_reply=True)
    return message.answer(text, reply_markup=keyboard, reply_parameters=to)


def answer_press(
    message: Message, user: User, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> SendMessage:
    """Answer a press on a button below `message`, by name in a group: anybody may have pressed."""
    if message.chat.type == ChatType.PRIVATE:
        return message.answer(text, reply_markup=keyboard)
    text = f"{addressed(user.first_name, user.id)}\n{text}"
    return message.answer(text, reply_markup=keyboard)


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is told: a chat, its topic, and the message that it is about."""

    chat_id: int
    thread_id: int | None = None
    message_id: int | None = None

    @classmethod
    def of(cls, message: Message | InaccessibleMessage, *, as_reply: bool = False) -> Self:
        """Return the place of `message`; a reply finds its topic even where General is closed."""
        is_private = message.chat.type == ChatType.PRIVATE
        replies_to = message.message_id if as_reply and not is_private else None
        thread_id = topic(message) if isinstance(message, Message) else None
        return cls(message.chat.id, thread_id, replies_to)


def topic(message: Message) -> int | None:
    """Return the forum topic of a message.

    In a group without topics the number only says which message began an exchange of replies.
    """
    return message.message_thread_id if message.is_topic_message else None


def announce(news: News, user: User, place: Place) -> Answers:
    """Return one notice about all `news`, or nothing when there is none.

    It goes to the member in private where it cannot be written at its `place`.
    """
    if not news:
        return []
    whose = None if place.chat_id == user.id else user.first_name
    notice = Notice(
        chat_id=place.chat_id,
        message_thread_id=place.thread_id,
        text=reward_texts.news(user.first_name, user.id, news),
        reply_markup=claim_buttons(news.unlocked, user.id, whose),
        reply_parameters=_reply_to(place.message_id),
    )
    notice.belong_to(user.id)
    return [notice]


def _reply_to(message_id: int | None) -> ReplyParameters | None:
    if message_id is None:
        return None
    return ReplyParameters(message_id=message_id, allow_sending_without_reply=True)
