"""Dispatcher assembly: middlewares, routers, startup hook and workflow data."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from aiogram import Dispatcher
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.chats import ChatBook
from bot.gamification.context import RulesCache, utc_now
from bot.monitoring.arrivals import Arrivals
from bot.telegram import errors, routers, startup
from bot.telegram.chat_gate import ChatGate
from bot.telegram.command_throttle import CommandThrottle
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.failures import UpdateFailures
from bot.telegram.i18n import Language, make_i18n
from bot.telegram.middlewares import AfterCommit, Members, UnitOfWork
from bot.telegram.outbox_relay import StoredNotices
from bot.telegram.seen_messages import SeenMessages
from bot.telegram.signing import GenuinePresses


def build_dispatcher(  # noqa: PLR0913 - what it is composed of
    engine: AsyncEngine,
    bootstrap_service: BootstrapService,
    delivery: DeliveryQueue,
    database_wait_timeout: float = 30,
    admin_ids: AbstractSet[int] = frozenset(),
    *,
    allowed_chats: AbstractSet[int] = frozenset(),
    clock: Callable[[], datetime] = utc_now,
) -> Dispatcher:
    """Return a dispatcher that is ready for `emit_startup`.

    `admin_ids` may open /admin, and in `allowed_chats` alone is anything paid; none: in every chat.
    `clock` gives the time of every move in the economy.
    """
    manifest = bootstrap_service.manifest
    rules = RulesCache(manifest.config, clock, manifest.texts)
    chats = ChatBook(allowed_chats)
    dispatcher = Dispatcher(
        disable_fsm=True,  # an admin's open question is a row of ours, see admin.dialogs
        engine=engine,
        bootstrap_service=bootstrap_service,
        database_wait_timeout=database_wait_timeout,
        delivery=delivery,
        arrivals=Arrivals(),
        failures=UpdateFailures(engine),
        metrics=delivery.metrics,
        rules=rules,
        chats=chats,
        admin_ids=admin_ids,
    )
    startup.register(dispatcher)
    i18n = make_i18n(manifest.texts)
    dispatcher["i18n"] = i18n
    dispatcher.update.outer_middleware(Language(i18n))
    dispatcher.update.outer_middleware(CommandThrottle())
    # Order matters: it acts only once the transaction inside has committed.
    dispatcher.update.outer_middleware(AfterCommit(delivery))
    dispatcher.update.outer_middleware(UnitOfWork(engine, rules, delivery.metrics))
    dispatcher.update.outer_middleware(ChatGate(chats))
    dispatcher.update.outer_middleware(Members(rules))
    dispatcher.update.outer_middleware(StoredNotices(engine))
    dispatcher.update.outer_middleware(SeenMessages())
    dispatcher.callback_query.outer_middleware(GenuinePresses())
    dispatcher.include_routers(*routers.setup(admin_ids), errors.setup())
    return dispatcher
