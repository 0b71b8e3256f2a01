"""Put a page in front of an admin."""

from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.telegram.announcements import Answers


def turn_to(callback_query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup) -> Answers:
    """Put a page in the place of the one whose button was pressed.

    A picture cannot become a text: below one, the page is a new message.
    """
    message = callback_query.message
    if message is None:
        return [callback_query.answer()]
    if isinstance(message, Message) and message.photo:
        page = SendMessage(chat_id=message.chat.id, text=text, reply_markup=keyboard)
        return [callback_query.answer(), page]
    edit = EditMessageText(
        chat_id=message.chat.id,
        message_id=message.message_id,
        text=text,
        reply_markup=keyboard,
    )
    return [callback_query.answer(), edit]
