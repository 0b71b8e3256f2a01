"""Upkeep of a running bot: wiped data is seeded again, levels follow a new formula, digests go out.

Every process looks every few seconds, idle or not; what is to be done, one of them does.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final

from aiogram import Dispatcher
from aiogram.utils.i18n import I18n
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.engine import for_writing
from bot.database.errors import DatabaseError, translate_errors
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.chats import ChatBook
from bot.gamification.context import ConfigReader, RulesCache, utc_now
from bot.gamification.digests import read_due
from bot.gamification.models import BotConfigRow, UserRow
from bot.gamification.registration import SPOKEN
from bot.gamification.releveling import Settled, go_on, is_settled
from bot.telegram.announcements import make_digest
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.i18n import locale_for
from bot.telegram.methods import Notice
from bot.telegram.outbox_relay import store_notices
from bot.telegram.texts.admin.settings import releveled

logger = logging.getLogger(__name__)

#: Seconds between two looks: what is missing is back within the promised ten.
INTERVAL: Final = 5.0
_config = BotConfigRow.__table__.c


class Upkeep:
    """Looks at the database at once and then every so often, and does what is to be done."""

    def __init__(  # noqa: PLR0913 - what it works with
        self,
        engine: AsyncEngine,
        service: BootstrapService,
        rules: RulesCache,
        delivery: DeliveryQueue,
        i18n: I18n,
        *,
        chats: ChatBook,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Seed by `service`; tell admins by `delivery`."""
        self._engine = for_writing(engine)
        self._looking = engine
        self._service = service
        self._settings = ConfigReader(service.manifest.config)
        self._rules = rules
        self._delivery = delivery
        self._i18n = i18n
        self._chats = chats
        self._clock = clock
        self._trouble = ""

    async def run(self) -> None:
        """Go on until cancelled; a database that is away is looked at again."""
        while True:
            try:
                await self.look()
                self._trouble = ""
            except DatabaseError as error:
                if str(error) != self._trouble:
                    logger.warning("%s", error)
                self._trouble = str(error)
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        """Do all that there is to do. Raises `DatabaseError`."""
        with translate_errors("The look at the running bot's database"):
            async with self._looking.connect() as connection:
                is_wiped = await connection.scalar(select(_config.id)) is None
                settled = is_wiped or await is_settled(connection, self._settings)
                due = () if is_wiped else await read_due(connection, self._clock())
        if is_wiped:
            logger.warning("the database was wiped under the running bot, which seeds it again")
            logger.info("bootstrap %s", (await self._service.run()).summary())
            self._rules.invalidate()
        if not settled:
            await self._relevel()
        for chat_id in due:
            await self._digest(chat_id)

    async def _relevel(self) -> None:
        while True:
            began = monotonic()
            if await self._next_slice():
                return
            # As long as it has taken: half of the time is for payments.
            await asyncio.sleep(monotonic() - began)

    async def _next_slice(self) -> bool:
        """Give a slice of members their levels; return True at the end."""
        notices: list[Notice] = []
        with translate_errors("The new levels"):
            async with self._engine.begin() as connection:
                done = await go_on(connection, self._settings, self._clock())
                if done and done.admin_id is not None:
                    notices = [await self._notice(connection, done, done.admin_id)]
                    await store_notices(self._engine, connection, notices)
        for notice in notices:
            self._delivery.put(notice)
        if done and done.changed:
            logger.info("the new level formula has changed the levels of %d members", done.changed)
        return done is not None

    async def _digest(self, chat_id: int) -> None:
        """Give a chat its digest, unless another process does."""
        with translate_errors("A chat's digest"):
            async with self._engine.begin() as connection:
                economy = await self._rules.economy(connection)
                notices = await make_digest(economy, self._chats, self._i18n, chat_id)
                if notices:
                    await store_notices(self._engine, connection, notices)
        for notice in notices:
            self._delivery.put(notice)

    async def _notice(self, connection: AsyncConnection, done: Settled, admin_id: int) -> Notice:
        spoken = select(SPOKEN).where(UserRow.user_id == admin_id)
        locale = locale_for(self._i18n, await connection.scalar(spoken))
        with self._i18n.context(), self._i18n.use_locale(locale):
            return Notice.to_member(admin_id, releveled(done.changed))


def upkeep_of(dispatcher: Dispatcher) -> Upkeep:
    """Return the upkeep that works with what a dispatcher was built with."""
    data = dispatcher.workflow_data
    return Upkeep(
        data["engine"],
        data["bootstrap_service"],
        data["rules"],
        data["delivery"],
        data["i18n"],
        chats=data["chats"],
        clock=data["rules"].clock,
    )
