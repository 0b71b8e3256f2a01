"""Tell a member what an update unlocked: once, and everything in one message."""

from collections.abc import Sequence
from typing import Any

from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import User

from bot.gamification.rewards.catalogue import Reward
from bot.telegram.keyboards import claim_buttons
from bot.telegram.texts import rewards as texts

Answers = list[TelegramMethod[Any]]


def unlocked(rewards: Sequence[Reward], user: User, chat_id: int) -> Answers:
    """Return the message for `chat_id`, or nothing when nothing was unlocked."""
    if not rewards:
        return []
    return [
        SendMessage(
            chat_id=chat_id,
            text=texts.unlocked(user.first_name, user.id, rewards),
            reply_markup=claim_buttons(rewards, user.id),
        )
    ]
