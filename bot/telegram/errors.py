"""The one place where a failed update becomes a sentence for the member and a log for us."""

import logging

from aiogram import Router
from aiogram.types import ErrorEvent, Message
from aiogram.utils.i18n import I18n

from bot.database.errors import is_unavailable
from bot.telegram.outbox import Outbox
from bot.telegram.texts import common as texts

logger = logging.getLogger(__name__)


def setup() -> Router:
    """Return the router that handles errors."""
    router = Router(name="errors")
    router.errors.register(apologize)
    return router


async def apologize(event: ErrorEvent, outbox: Outbox, i18n: I18n) -> None:
    """Say that nothing was changed; the transaction has been rolled back already.

    A database that is away is not the update's fault: the error goes on, so that the update is
    not confirmed and comes again.
    """
    if is_unavailable(event.exception):
        raise event.exception
    logger.error(
        "update %d failed and changed nothing", event.update.update_id, exc_info=event.exception
    )
    asked = event.update.message or event.update.callback_query
    if asked is None:
        return
    language = asked.from_user.language_code if asked.from_user else None
    with i18n.context(), i18n.use_locale(language or i18n.default_locale):
        apology = texts.failed()
    if isinstance(asked, Message):
        outbox.put(asked.answer(apology))
    else:
        outbox.put(asked.answer(apology, show_alert=True))
