"""When an update is done with, by polling and by webhook alike, and may be confirmed."""

import logging

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from pydantic import ValidationError

from bot.database.errors import is_unavailable

logger = logging.getLogger(__name__)


async def feed(dispatcher: Dispatcher, bot: Bot, update: Update) -> bool:
    """Feed one update; whether it is done with. If not, the database is away: it shall come again.

    Telegram would send an update that fails for another reason again and again, when the error
    handler failed itself; one lost answer is better than a bot that never gets past it.
    """
    try:
        await dispatcher.feed_update(bot, update)
    except Exception as error:
        if not is_unavailable(error):
            logger.exception("update %d is given up", update.update_id)
            return True
        logger.warning("update %d waits for the database: %s", update.update_id, error)
        return False
    return True


def places(error: ValidationError) -> str:
    """Say where an update is not what aiogram can read, without repeating what it holds."""
    return ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:3])
