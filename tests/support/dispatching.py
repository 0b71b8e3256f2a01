"""The real dispatcher on a real database, with a fake bot at the other end."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

from aiogram import Bot, Dispatcher
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import utc_now
from bot.telegram.client import TelegramBot
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.dispatcher import build_dispatcher
from bot.telegram.errors import process_update
from bot.telegram.signing import signed
from tests.support.manifests import shipped_manifest

TOKEN = "42:TEST"


class Answering(DeliveryQueue):
    """Keeps what should be sent, as it would be sent."""

    def __init__(self) -> None:
        """Nothing has been sent yet."""
        super().__init__(cast("Any", None))
        self.methods: list[TelegramMethod[Any]] = []

    def put(self, method: TelegramMethod[Any]) -> None:
        """Keep it."""
        self.methods.append(signed(method, TOKEN))


class Dispatching:
    """Feeds updates, one at a time."""

    def __init__(self, dispatcher: Dispatcher, bot: Bot, outbox: Answering) -> None:
        """Feed `dispatcher`, whose answers are in `outbox`."""
        self.dispatcher = dispatcher
        self._bot = bot
        self._outbox = outbox

    async def feed(self, update: Update) -> list[TelegramMethod[Any]]:
        """Return what the update is answered with."""
        self._outbox.methods.clear()
        await self.dispatcher.feed_update(self._bot, update)
        return list(self._outbox.methods)

    async def until_done(self, update: Update) -> list[TelegramMethod[Any]]:
        """Send an update again and again, as Telegram does; return what it is answered with."""
        self._outbox.methods.clear()
        while not await self.process(update):
            pass
        return list(self._outbox.methods)

    async def process(self, update: Update) -> bool:
        """Process an update as polling and webhook do; return whether it may be confirmed."""
        return await process_update(self.dispatcher, self._bot, update)

    @property
    def sent(self) -> list[TelegramMethod[Any]]:
        """What the last update was answered with, also when it failed."""
        return list(self._outbox.methods)

    async def texts(self, update: Update) -> list[str]:
        """Return the texts of the answers."""
        return [str(getattr(method, "text", "")) for method in await self.feed(update)]


@asynccontextmanager
async def dispatching(
    engine: AsyncEngine,
    allowed_chats: frozenset[int] = frozenset(),
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Dispatching]:
    """Build the dispatcher on a bootstrapped database; `clock` is the bot's."""
    outbox = Answering()
    service = BootstrapService(engine, shipped_manifest(), lock_timeout=30)
    dispatcher = build_dispatcher(engine, service, outbox, allowed_chats=allowed_chats, clock=clock)
    async with TelegramBot(TOKEN).context(auto_close=True) as bot:
        yield Dispatching(dispatcher, bot, outbox)
