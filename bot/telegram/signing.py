"""Signed callback data, which only the bot can have made, and the check of pressed buttons."""

import hashlib
import hmac
import logging
from base64 import urlsafe_b64encode
from typing import Any, Final, cast

from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.methods import TelegramMethod
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    TelegramObject,
)

from bot.telegram.keyboards import (
    ChooseLanguage,
    ClaimListed,
    ClaimReward,
    PrivacyButton,
    ReactToAlbum,
    ReactToPost,
    ShowHistory,
    ShowProfile,
    ShowRewards,
    ShowTop,
    TakeGift,
)
from bot.telegram.texts import common as texts

logger = logging.getLogger(__name__)

#: The commands to write instead of pressing a button that is too old to be told from a forged one.
_COMMANDS: Final = {
    TakeGift.__prefix__: "daily",
    ClaimListed.__prefix__: "rewards",
    ClaimReward.__prefix__: "rewards",
    ShowRewards.__prefix__: "rewards",
    ShowTop.__prefix__: "top",
    ShowHistory.__prefix__: "history",
    PrivacyButton.__prefix__: "privacy",
    ShowProfile.__prefix__: "profile",
    ChooseLanguage.__prefix__: "language",
}
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


class GenuinePresses(BaseMiddleware):
    """Hands on presses on our own buttons, with their data unsigned, and no others.

    The data of a press, and the message that it names, are whatever the presser's client has
    sent; only the message itself, with its buttons, is as Telegram knows it.
    """

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest, or answer the press and do nothing else."""
        query, bot = cast("CallbackQuery", event), cast("Bot", data["bot"])
        if _is_genuine(query, bot):
            pressed = unsigned(query.data or "")
            return await handler(query.model_copy(update={"data": pressed}), data)
        logger.info("user %d pressed a button that is not there", query.from_user.id)
        return query.answer(_refusal(query))


def _is_genuine(query: CallbackQuery, bot: Bot) -> bool:
    message, pressed = query.message, query.data
    if message is None or pressed is None:  # an inline message, a game: we have none
        return False
    # 💋 hangs under others' posts. It is for everybody, writes nothing there and pays once for a
    # post, so it needs no MAC.
    in_channel = message.chat.type == ChatType.CHANNEL
    if in_channel and unsigned(pressed).startswith(f"{ReactToAlbum.__prefix__}:"):
        return is_signed(pressed, message.chat.id, bot.token)  # it names a post
    if in_channel and unsigned(pressed) != ReactToPost().pack():
        return False
    if isinstance(message, Message):
        return (in_channel or _is_ours(message, bot)) and pressed in _shown(message)
    return in_channel or is_signed(pressed, message.chat.id, bot.token)


def _is_ours(message: Message, bot: Bot) -> bool:
    """Tell our messages from others'."""
    if message.sender_chat is not None:  # the bot may be an anonymous administrator
        return message.sender_chat.id == message.chat.id
    return message.from_user is not None and message.from_user.id == bot.id


def _shown(message: Message) -> set[str | None]:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return {button.callback_data for row in rows for button in row}


def _refusal(query: CallbackQuery) -> str:
    message = query.message
    command = _COMMANDS.get(unsigned(query.data or "").partition(":")[0])
    hidden = message is not None and not isinstance(message, Message)
    if command is None or message is None or not hidden or message.chat.type == ChatType.CHANNEL:
        return texts.unknown_button()
    return texts.old_button(command)


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
