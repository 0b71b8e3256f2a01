"""Startup hook, which makes the database whole before the first update, and who the bot is."""

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import User
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.connection import wait_for_database
from bot.database.sqlite_file import prepare_file
from bot.gamification.bootstrap.service import BootstrapService
from bot.monitoring.arrivals import Arrivals
from bot.monitoring.metrics import Metrics
from bot.settings import Settings
from bot.telegram.client import Backoff, TelegramBot
from bot.telegram.seen_messages import OwnMessages

logger = logging.getLogger(__name__)


def register(dispatcher: Dispatcher) -> None:
    """Run the hook on every start, whichever way the updates will come."""
    dispatcher.startup.register(bootstrap)
    dispatcher.startup.register(remember_own_messages)


async def bootstrap(  # noqa: PLR0913, PLR0917 - aiogram gives them by name
    dispatcher: Dispatcher,
    engine: AsyncEngine,
    bootstrap_service: BootstrapService,
    database_wait_timeout: float,
    metrics: Metrics,
    setting_doubts: Sequence[str] = (),
) -> None:
    """Make the database whole; handlers get the report as `bootstrap_report`.

    A new one is not made while there are doubts about what the settings mean.

    Raises `DatabaseError`: then nobody must fetch an update.
    """
    await wait_for_database(engine, timeout=database_wait_timeout, doubts=setting_doubts)
    await prepare_file(engine)
    report = await bootstrap_service.run()
    dispatcher["bootstrap_report"] = report
    metrics.bootstrap.info({"outcome": report.outcome})
    metrics.bootstrap_seconds.set(report.milliseconds / 1000)
    logger.info("bootstrap %s", report.summary())
    for seed in report.seeds:
        if seed.is_newer:
            logger.warning(
                "the database was seeded with version %s, newer than this release's %s; "
                "its settings and rewards are left alone",
                seed.version_before,
                seed.version,
            )
        for sentence in (*seed.bad(), *seed.notes):
            logger.warning("%s", sentence)


async def remember_own_messages(bot: Bot, engine: AsyncEngine) -> None:
    """Record from now on what the bot sends to groups."""
    bot.session.middleware(OwnMessages(engine))


async def learn_name(bot: TelegramBot, stop: asyncio.Event) -> None:
    """Ask Telegram who the bot is until it says so."""
    backoff = Backoff(stop)
    while not stop.is_set():
        try:
            await bot.learn_name()
        except AiogramError as error:
            logger.warning("the bot does not know its name yet: %s", error)
            await backoff.wait(error)
        else:
            return


async def tell_start(
    bot: TelegramBot, arrivals: Arrivals, settings: Settings, learning: asyncio.Task[None]
) -> None:
    """Say in one line who answers whom, and how, once Telegram has answered."""
    await asyncio.wait([learning])
    await arrivals.begun.wait()
    me = await bot.me()
    if me.username is not None:  # a stop came before the answer
        logger.info("%s", start_line(me, settings))


def start_line(me: User, settings: Settings) -> str:
    """Return as whom the bot answers, by which way, where, and for how many admins."""
    way = "polling"
    if settings.webhook_url is not None:
        # Some hide a secret in the path.
        parts = urlsplit(settings.webhook_url)
        way = f"webhook at {parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    where = "no port is open"
    if settings.listening_port is not None:
        host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
        where = f"listening on {host}:{settings.listening_port}"
    admins = f"for {len(settings.admin_ids)} admin{'' if len(settings.admin_ids) == 1 else 's'}"
    if not settings.admin_ids:
        admins = "for no admin: put your Telegram id into ADMIN_IDS to open /admin"
    return f"answering as @{me.username} by {way}, {where}, {admins}"
