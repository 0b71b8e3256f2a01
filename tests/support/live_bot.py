"""The whole bot in this process: a local Telegram, real long polling, a real database."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiogram import Dispatcher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import utc_now
from bot.telegram.client import TelegramBot, create_bot
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.dispatcher import build_dispatcher
from bot.telegram.polling import Polling
from sandbox import CallbackAnswer, Chat, Message, SandboxServer, User
from tests.support.manifests import shipped_manifest
from tests.support.waiting import until


@dataclass
class LiveBot:
    """What a test needs of it; `server.telegram` is where members act."""

    engine: AsyncEngine
    server: SandboxServer
    api: TelegramBot
    dispatcher: Dispatcher
    outbox: DeliveryQueue
    polling: asyncio.Task[None]
    stop: asyncio.Event

    async def settle(self) -> None:
        """Wait until every update is confirmed and every answer has left."""
        queues = self.server.queue, self.outbox
        await until(lambda: self.polling.done() or not any(map(len, queues)))
        if self.polling.done():
            await self.polling

    def answers(self, chat: Chat) -> list[Message]:
        """Return what the bot has written in a chat, oldest first."""
        return [message for message in self.server.telegram.messages(chat) if message.by_bot]

    async def say(self, member: User, words: str) -> list[Message]:
        """Write to the bot in private, and return what it answered."""
        chat = self.server.telegram.private(member)
        said = self.server.telegram.say(member, chat, words)
        await self.settle()
        return [one for one in self.answers(chat) if one.message_id > said.message_id]

    async def press(self, member: User, message: Message, data: str) -> CallbackAnswer:
        """Press a button that the member sees, and return the answer."""
        telegram = self.server.telegram
        return await self._answer(telegram.press(member, message.chat, message.message_id, data))

    async def forge(self, member: User, message: Message, data: str) -> CallbackAnswer:
        """Send a press as a client of one's own can, under any message, and return the answer.

        The message may be gone; so a press looks whose message Telegram does not show any more.
        """
        where = message.chat, message.message_id
        return await self._answer(self.server.telegram.press(member, *where, data, forge=True))

    async def _answer(self, query_id: str) -> CallbackAnswer:
        await self.settle()
        return self.server.telegram.answers[query_id]

    async def balances(self) -> dict[int, int]:
        """Return every member's balance."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT user_id, balance FROM user_gamification_profiles")
            )
            return {row.user_id: row.balance for row in rows}


@asynccontextmanager
async def live_bot(
    engine: AsyncEngine,
    clock: Callable[[], float] = time.time,
    *,
    at_once: int = 1,
    bots_clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[LiveBot]:
    """Start everything as `bot.app` does, and stop it in the same order.

    `clock` is Telegram's, which dates messages, `bots_clock` the bot's; up to `at_once` updates
    are worked on at a time.
    """
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SandboxServer(clock=clock))
        bot = create_bot(server.token, server.url)
        stack.push_async_callback(bot.session.close)
        outbox = await stack.enter_async_context(DeliveryQueue(bot))
        service = BootstrapService(engine, shipped_manifest(), lock_timeout=30)
        dispatcher = build_dispatcher(engine, service, outbox, clock=bots_clock)
        context = {"dispatcher": dispatcher, "bot": bot, **dispatcher.workflow_data}
        await dispatcher.emit_startup(**context)
        stop = asyncio.Event()
        polling = asyncio.create_task(Polling(dispatcher, bot, stop, at_once=at_once).run())
        live = LiveBot(engine, server, bot, dispatcher, outbox, polling, stop)
        await server.calls.wait_for("getUpdates")
        try:
            yield live
        finally:
            stop.set()
            # What went wrong in there is the test's to see: `settle` raises it.
            await asyncio.gather(polling, return_exceptions=True)
