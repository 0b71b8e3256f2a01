"""Composition root: settings in, a running bot out, everything closed at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

from aiogram import Dispatcher
from aiogram.exceptions import TelegramAPIError
from aiohttp import web

from bot.backoff import persistently
from bot.database.engine import create_engine
from bot.database.errors import DatabaseError
from bot.database.sqlite_file import kept_file
from bot.database.url import database_url
from bot.errors import BesitosError
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import utc_now
from bot.gamification.heartbeat import Heartbeat
from bot.monitoring import monitoring_application
from bot.monitoring.http import serving
from bot.monitoring.metrics import Metrics
from bot.monitoring.readiness import Lifecycle
from bot.progress import shown_progress
from bot.settings import Settings, require_token
from bot.shutdown import (
    GRACE,
    finished_in_time,
    in_background,
    leave_threads_behind,
    stop_on_signals,
    unless_stopped,
)
from bot.telegram.client import TelegramBot, create_bot
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.dispatcher import build_dispatcher
from bot.telegram.failures import failures_of
from bot.telegram.introduction import publish_commands, publish_descriptions
from bot.telegram.lanes import concurrency
from bot.telegram.outbox_relay import OutboxRelay
from bot.telegram.polling import Polling
from bot.telegram.startup import learn_name, tell_start
from bot.telegram.turns import Turns
from bot.telegram.upkeep import upkeep_of
from bot.telegram.webhook import Webhook
from bot.telegram.webhook_watch import WebhookWatch

logger = logging.getLogger(__name__)

#: Seconds that a stop gives to requests for the bot's health alone.
HEALTH_GRACE = 0.5
#: Members whose accounts a start compares with the ledger; `seed status` does it for any number.
MOST_LOOKED_THROUGH = 50_000
#: Seconds in which the first updates wait for the bot's name, without which it answers others' too.
NAME_TIMEOUT = 5.0


class TelegramError(BesitosError):
    """Telegram does not accept us."""


async def run_bot(
    settings: Settings,
    doubts: Sequence[str] = (),
    *,
    clock: Callable[[], datetime] = utc_now,
    stop: asyncio.Event | None = None,
) -> None:
    """Bootstrap, then answer updates until SIGINT or SIGTERM, which end a bootstrap as well.

    The port is open before the bootstrap and answers probes meanwhile. While there are `doubts`
    about the settings, no new database is made. `clock` gives the time of every move in the
    economy. With a `stop` of the caller's it ends at that, and signals are the caller's. Raises
    `BesitosError` when the start fails; no update has been fetched then.
    """
    stop = stop or stop_on_signals()
    leave_threads_behind()
    lifecycle, metrics = Lifecycle(stop), Metrics()
    async with AsyncExitStack() as stack:
        bot, dispatcher = await stack.enter_async_context(_composed(settings, metrics, clock))
        engine = dispatcher["engine"]
        webhook = _webhook(dispatcher, bot, settings)
        turns = Turns(engine, bot.id, stop)
        failures = failures_of(dispatcher)
        shown = monitoring_application(
            engine,
            lifecycle,
            dispatcher["arrivals"],
            metrics,
            lambda: failures.stuck,
            lambda: turns.standing_by,
        )
        await stack.enter_async_context(_listening(shown, webhook, settings))
        dispatcher["setting_doubts"] = doubts
        context = {"dispatcher": dispatcher, "bot": bot, **dispatcher.workflow_data}
        await unless_stopped(dispatcher.emit_startup(**context), stop)
        stack.push_async_callback(dispatcher.emit_shutdown, **context)
        await stack.enter_async_context(in_background(_tell_problems(dispatcher)))
        if stop.is_set():
            logger.info("stopped before the start was complete")
        else:
            await stack.enter_async_context(kept_file(engine, stop))
            # By the machine's clock: it tells when the process was away, which no stage skips.
            async with Heartbeat(engine), _beside(dispatcher, bot, settings, stop):
                lifecycle.started = True
                if webhook is None:
                    work = _poll(dispatcher, bot, turns, settings, stop)
                else:
                    work = _take(dispatcher, bot, webhook, settings, stop)
                await work


@asynccontextmanager
async def _composed(
    settings: Settings, metrics: Metrics, clock: Callable[[], datetime]
) -> AsyncIterator[tuple[TelegramBot, Dispatcher]]:
    """Give client and dispatcher with all that they work with.

    The engine is closed last: answers that leave at the end are noted in the database.
    """
    token = require_token(settings)
    manifest = load_manifest(settings.seed_file)
    async with AsyncExitStack() as stack:
        engine = create_engine(
            database_url(settings),
            timeout=settings.database_timeout,
            pool_size=settings.database_pool_size,
        )
        stack.push_async_callback(engine.dispose)
        bot = create_bot(token, settings.telegram_api_url, settings.proxy)
        stack.push_async_callback(bot.session.close)
        delivery = await stack.enter_async_context(DeliveryQueue(bot, metrics=metrics))
        progress = stack.enter_context(shown_progress())
        service = BootstrapService(
            engine, manifest, lock_timeout=settings.bootstrap_lock_timeout, progress=progress
        )
        yield (
            bot,
            build_dispatcher(
                engine,
                service,
                delivery,
                settings.database_wait_timeout,
                settings.admin_ids,
                allowed_chats=settings.allowed_chats,
                clock=clock,
            ),
        )


def _webhook(dispatcher: Dispatcher, bot: TelegramBot, settings: Settings) -> Webhook | None:
    if settings.webhook_url is None:
        return None
    return Webhook(
        dispatcher,
        bot,
        settings.webhook_url,
        settings.webhook_secret,
        path=settings.webhook_path,
    )


@asynccontextmanager
async def _listening(
    application: web.Application, webhook: Webhook | None, settings: Settings
) -> AsyncIterator[None]:
    if webhook is not None:
        webhook.closed = True
        webhook.add_to(application)
    if settings.listening_port is None:
        yield
        return
    grace = HEALTH_GRACE if webhook is None else GRACE
    async with serving(application, settings.http_host, settings.listening_port, grace=grace):
        yield


@asynccontextmanager
async def _beside(
    dispatcher: Dispatcher,
    bot: TelegramBot,
    settings: Settings,
    stop: asyncio.Event,
) -> AsyncIterator[None]:
    """Do beside the updates what asks Telegram; they wait for the name alone, a few seconds."""
    data = dispatcher.workflow_data
    async with AsyncExitStack() as stack:
        relay = OutboxRelay(data["engine"], data["delivery"])
        await stack.enter_async_context(in_background(persistently(relay.run)))
        await stack.enter_async_context(in_background(persistently(upkeep_of(dispatcher).run)))
        await stack.enter_async_context(in_background(_introduce(bot, data)))
        learning = await stack.enter_async_context(in_background(learn_name(bot, stop)))
        await unless_stopped(asyncio.wait([learning], timeout=NAME_TIMEOUT), stop)
        telling = tell_start(bot, data["arrivals"], settings, learning)
        await stack.enter_async_context(in_background(telling))
        yield


async def _introduce(bot: TelegramBot, data: Mapping[str, Any]) -> None:
    """Set what Telegram shows of the bot: its menu first, then its descriptions."""
    await publish_commands(bot, data["i18n"], data["admin_ids"])
    await publish_descriptions(bot, data["i18n"])


async def _tell_problems(dispatcher: Dispatcher) -> None:
    """Log what is wrong with the data, where looking through all of it is quick enough."""
    report = dispatcher.workflow_data.get("bootstrap_report")
    profiles = report.counts("profiles") if report else None
    if profiles is None or profiles.created + profiles.kept > MOST_LOOKED_THROUGH:
        return
    try:
        problems = await dispatcher["bootstrap_service"].open_books()
    except DatabaseError as error:
        logger.warning("the data could not be looked through: %s", error)
        return
    for problem in problems:
        logger.warning("%s", problem)


async def _poll(
    dispatcher: Dispatcher,
    bot: TelegramBot,
    turns: Turns,
    settings: Settings,
    stop: asyncio.Event,
) -> None:
    at_once = concurrency(dispatcher["engine"].dialect.name, settings.database_pool_size)

    async def poll(until: asyncio.Event) -> None:
        await Polling(dispatcher, bot, until, at_once=at_once).run()

    with _refusals_explained():
        await finished_in_time(turns.run(poll), stop)


async def _take(
    dispatcher: Dispatcher,
    bot: TelegramBot,
    webhook: Webhook,
    settings: Settings,
    stop: asyncio.Event,
) -> None:
    webhook.closed = False
    with _refusals_explained():
        await unless_stopped(webhook.announce(stop, settings.database_pool_size), stop)
        watch = WebhookWatch(bot, dispatcher["arrivals"])
        async with in_background(persistently(watch.run)):
            await stop.wait()


@contextmanager
def _refusals_explained() -> Iterator[None]:
    try:
        yield
    except TelegramAPIError as error:
        raise TelegramError(
            f"Telegram refused the bot ({error.message}); check BOT_TOKEN, WEBHOOK_URL and "
            "TELEGRAM_API_URL."
        ) from error
