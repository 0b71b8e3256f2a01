"""Put the dispatcher together: middlewares, routers, startup hook and what handlers may ask for."""

from aiogram import Dispatcher
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.config import ConfigReader
from bot.telegram import errors, routers, startup
from bot.telegram.middlewares.answers import Answers
from bot.telegram.middlewares.unit_of_work import UnitOfWork
from bot.telegram.outbox import Outbox


def build_dispatcher(
    engine: AsyncEngine,
    bootstrap_service: BootstrapService,
    outbox: Outbox,
    database_wait_timeout: float = 30,
) -> Dispatcher:
    """Return a dispatcher that is ready for `emit_startup`."""
    dispatcher = Dispatcher(
        engine=engine,
        bootstrap_service=bootstrap_service,
        database_wait_timeout=database_wait_timeout,
        outbox=outbox,
        config_reader=ConfigReader(bootstrap_service.manifest.config),
    )
    startup.register(dispatcher)
    # Order matters: answers leave only after the transaction inside has committed.
    dispatcher.update.outer_middleware(Answers(outbox))
    dispatcher.update.outer_middleware(UnitOfWork(engine))
    dispatcher.include_routers(errors.setup(), routers.setup())
    return dispatcher
