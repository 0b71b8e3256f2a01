"""The one place where a failed update becomes a sentence for the member and a log for us."""

import logging

from aiogram import Router
from aiogram.types import ErrorEvent

from bot.database.errors import is_unavailable
from bot.telegram import texts
from bot.telegram.outbox import Outbox

logger = logging.getLogger(__name__)


def setup() -> Router:
    """Return the router that handles errors."""
    router = Router(name="errors")
    router.errors.register(apologize)
    return router


async def apologize(event: ErrorEvent, outbox: Outbox) -> None:
    """Say that nothing was changed; the transaction has been rolled back already.

    A database that is away is not the update's fault: the error goes on, so that the update is
    not confirmed and comes again.
    """
    if is_unavailable(event.exception):
        raise event.exception
    logger.error(
        "update %d failed and changed nothing", event.update.update_id, exc_info=event.exception
    )
    if event.update.message:
        outbox.put(event.update.message.answer(texts.FAILED))
    elif event.update.callback_query:
        outbox.put(event.update.callback_query.answer(texts.FAILED, show_alert=True))
