"""Error handler, and when an update is done with and may be confirmed."""

import logging
from time import perf_counter

from aiogram import Bot, Dispatcher, Router
from aiogram.types import ErrorEvent, Message, Update
from aiogram.utils.i18n import I18n

from bot.database.errors import DatabaseError
from bot.errors import BesitosError
from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.registration import UserVanished
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.failures import failures_of
from bot.telegram.i18n import chosen_locale, locale_for, talk_in
from bot.telegram.keyboards import after_gift
from bot.telegram.replies import reply
from bot.telegram.texts import common as texts

logger = logging.getLogger(__name__)


def setup() -> Router:
    router = Router(name="errors")
    router.errors.register(handle_error)
    return router


async def process_update(dispatcher: Dispatcher, bot: Bot, update: Update) -> bool:
    """Feed one update to the dispatcher; return False when it shall come again.

    That is so whatever failed, unless `UpdateFailures` has put the update aside: Telegram would
    send one that always fails for ever, and none behind it.
    """
    metrics = dispatcher["metrics"]
    began = perf_counter()
    try:
        outcome = await _process(dispatcher, bot, update)
    finally:
        metrics.update_seconds.observe(perf_counter() - began)
    if outcome is None:
        metrics.update_failures.inc()
        return False
    metrics.updates.labels(outcome).inc()
    dispatcher["arrivals"].done(update.update_id)
    return True


async def _process(dispatcher: Dispatcher, bot: Bot, update: Update) -> str | None:
    """Return in one word how the update is done with; None when it shall come again."""
    failures = failures_of(dispatcher)
    in_a_row = failures.in_a_row
    talk_in(None)  # the update before may have been another member's
    try:
        await dispatcher.feed_update(bot, update)
    except Exception as error:  # noqa: BLE001 - said and counted there
        if not await failures.failed(update, error, in_a_row):
            return None
        _answer(update, dispatcher["delivery"], dispatcher["i18n"])
        return "put_aside"
    failures.succeeded(update.update_id)
    return "handled"


async def handle_error(event: ErrorEvent, delivery: DeliveryQueue, i18n: I18n) -> None:
    """Answer the member whose update breaks a rule; the transaction has been rolled back already.

    Every other error goes on, so that the update is not confirmed and comes again.
    """
    if not _breaks_a_rule(event.exception):
        raise event.exception
    _answer(event.update, delivery, i18n, event.exception)


def _breaks_a_rule(error: Exception) -> bool:
    """Whether the economy refuses the update, and would refuse it for ever."""
    return isinstance(error, BesitosError) and not isinstance(error, (DatabaseError, UserVanished))


def _answer(
    update: Update, delivery: DeliveryQueue, i18n: I18n, error: Exception | None = None
) -> None:
    """Tell the member why nothing was changed, or that something went wrong."""
    source = update.message or update.callback_query
    user = source.from_user if source else None
    spoken = chosen_locale() or (user.language_code if user else None)
    with i18n.context(), i18n.use_locale(locale_for(i18n, spoken)):
        refusal = texts.refusal(error) if error else None
        sentence = refusal or texts.failed()
        keyboard = after_gift(user.id) if user and isinstance(error, GiftAlreadyTaken) else None
    if error and refusal is None:
        logger.error("update %d failed and changed nothing", update.update_id, exc_info=error)
    if isinstance(source, Message):
        delivery.put(reply(source, sentence, keyboard))
    elif source is not None:
        delivery.put(source.answer(sentence, show_alert=True))
