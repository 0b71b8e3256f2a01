"""A MAC in the data of every inline button, which nobody without the bot's token can make up."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any, Final

from aiogram.methods import TelegramMethod
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

#: Characters of base64: 48 bits, of which Telegram lets nobody try more than a few a second.
LENGTH: Final = 8
#: Stands before the MAC, and in no data of ours.
SEPARATOR: Final = "."


def signed(method: TelegramMethod[Any], token: str) -> TelegramMethod[Any]:
    """Return `method` with its buttons signed for the chat that it goes to."""
    markup = getattr(method, "reply_markup", None)
    if not isinstance(markup, InlineKeyboardMarkup):
        return method
    chat_id: int = getattr(method, "chat_id")  # noqa: B009 - the buttons' methods all have one
    rows = [[_signed(one, chat_id, token) for one in row] for row in markup.inline_keyboard]
    return method.model_copy(update={"reply_markup": InlineKeyboardMarkup(inline_keyboard=rows)})


def signed_data(data: str, chat_id: int, token: str) -> str:
    """Return a button's data with the MAC that makes it ours, in that chat."""
    return f"{data}{SEPARATOR}{_mac(data, chat_id, token)}"


def is_signed(data: str, chat_id: int, token: str) -> bool:
    """Return whether we have put that data into that chat."""
    expected = signed_data(unsigned(data), chat_id, token)
    return hmac.compare_digest(expected.encode(), data.encode())


def unsigned(data: str) -> str:
    """Return the data without its MAC, as the handlers know it."""
    return data.partition(SEPARATOR)[0]


def _signed(button: InlineKeyboardButton, chat_id: int, token: str) -> InlineKeyboardButton:
    if button.callback_data is None:
        return button
    data = signed_data(button.callback_data, chat_id, token)
    return button.model_copy(update={"callback_data": data})


def _mac(data: str, chat_id: int, token: str) -> str:
    # The token is the same on all replicas and after a restart. Whose button it is, is a field of
    # the data, and so under the MAC as well.
    about = f"besitos button {chat_id} {data}".encode()
    return urlsafe_b64encode(hmac.digest(token.encode(), about, hashlib.sha256)).decode()[:LENGTH]
