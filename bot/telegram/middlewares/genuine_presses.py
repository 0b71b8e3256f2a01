"""Refuse presses on buttons that do not hang where they were pressed."""

import logging
from typing import Any, Final, cast

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.telegram.callbacks import (
    ClaimReward,
    ReactToPost,
    ShowHistory,
    ShowRewards,
    ShowTop,
    TakeGift,
)
from bot.telegram.middlewares import Handler
from bot.telegram.signing import is_signed, unsigned
from bot.telegram.texts import errors as texts

logger = logging.getLogger(__name__)

#: What to write instead of pressing a button that is too old to be told from a forged one.
_COMMANDS: Final = {
    TakeGift.__prefix__: "daily",
    ClaimReward.__prefix__: "rewards",
    ShowRewards.__prefix__: "rewards",
    ShowTop.__prefix__: "top",
    ShowHistory.__prefix__: "history",
}


class GenuinePresses(BaseMiddleware):
    """Hands on presses on our own buttons, with their data unsigned, and no others.

    The data of a press, and the message that it names, are whatever the presser's client has
    sent; only the message itself, with its buttons, is as Telegram knows it.
    """

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
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
