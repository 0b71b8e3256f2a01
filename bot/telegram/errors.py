"""The one place where a failed update becomes a sentence for the member and a log for us."""

import logging

from aiogram import Router
from aiogram.types import ErrorEvent, Message
from aiogram.utils.i18n import I18n

from bot.database.errors import is_unavailable
from bot.telegram.i18n import locale_for
from bot.telegram.outbox import Outbox
from bot.telegram.replies import reply
from bot.telegram.texts import errors as texts

logger = logging.getLogger(__name__)


def setup() -> Router:
    """Return the router that handles errors."""
    router = Router(name="errors")
    router.errors.register(explain)
    return router


async def explain(event: ErrorEvent, outbox: Outbox, i18n: I18n) -> None:
    """Answer the member; nothing was changed, the transaction has been rolled back already.

    A database that is away is not the update's fault: the error goes on, so that the update is
    not confirmed and comes again.
    """
    if is_unavailable(event.exception):
        raise event.exception
    asked = event.update.message or event.update.callback_query
    who = asked.from_user if asked else None
    with (
        i18n.context(),
        i18n.use_locale(locale_for(i18n, who.language_code if who else None)),
    ):
        refusal = texts.refusal(event.exception)
        sentence = refusal or texts.failed()
    if refusal is None:
        logger.error(
            "update %d failed and changed nothing",
            event.update.update_id,
            exc_info=event.exception,
        )
    if isinstance(asked, Message):
        outbox.put(reply(asked, sentence))
    elif asked is not None:
        outbox.put(asked.answer(sentence, show_alert=True))
