"""Error handler, and when an update is done with and may be confirmed."""

import logging

from aiogram import Bot, Dispatcher, Router
from aiogram.types import ErrorEvent, Message, Update
from aiogram.utils.i18n import I18n
from pydantic import ValidationError

from bot.database.errors import is_unavailable
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.i18n import locale_for
from bot.telegram.replies import reply
from bot.telegram.texts import common as texts

logger = logging.getLogger(__name__)


def setup() -> Router:
    router = Router(name="errors")
    router.errors.register(handle_error)
    return router


async def process_update(dispatcher: Dispatcher, bot: Bot, update: Update) -> bool:
    """Feed one update to the dispatcher; return False when it shall come again.

    That is when the database is away. Telegram would also send an update again and again whose
    error handler fails itself; one lost answer is better than a bot that never gets past it.
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


async def handle_error(event: ErrorEvent, delivery: DeliveryQueue, i18n: I18n) -> None:
    """Answer the member; nothing was changed, the transaction has been rolled back already.

    A database that is away is not the update's fault: the error goes on, so that the update is
    not confirmed and comes again.
    """
    if is_unavailable(event.exception):
        raise event.exception
    source = event.update.message or event.update.callback_query
    user = source.from_user if source else None
    with (
        i18n.context(),
        i18n.use_locale(locale_for(i18n, user.language_code if user else None)),
    ):
        refusal = texts.refusal(event.exception)
        sentence = refusal or texts.failed()
    if refusal is None:
        logger.error(
            "update %d failed and changed nothing",
            event.update.update_id,
            exc_info=event.exception,
        )
    if isinstance(source, Message):
        delivery.put(reply(source, sentence))
    elif source is not None:
        delivery.put(source.answer(sentence, show_alert=True))


def error_locations(error: ValidationError) -> str:
    """Return where an update is not what aiogram can read, without repeating what it holds."""
    return ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:3])
