"""Put a page in the place of another."""

from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.telegram.announcements import Answers
from bot.telegram.texts.errors import unknown_button


def turn_to(
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
