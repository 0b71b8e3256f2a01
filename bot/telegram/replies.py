"""Answer one member where others read along: in a group everybody must see whom it is for."""

from aiogram.enums import ChatType
from aiogram.methods import SendMessage
from aiogram.types import InlineKeyboardMarkup, Message, User

from bot.telegram.texts.common import addressed


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
