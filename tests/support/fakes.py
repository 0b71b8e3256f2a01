"""Fakes of aiogram's Bot and of `asyncio.sleep`, and the errors that Telegram answers with."""

import asyncio
from collections import defaultdict, deque
from typing import Any, cast

from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMessage, TelegramMethod

from bot.telegram.client import AnswerLost
from bot.telegram.delivery import DeliveryQueue


def message(chat_id: int, text: str) -> SendMessage:
    """Return a message to send."""
    return SendMessage(chat_id=chat_id, text=text)


METHOD = message(1, "x")
RETRY_IN_7 = TelegramRetryAfter(METHOD, "Too Many Requests", retry_after=7)
SERVER_ERROR = TelegramServerError(METHOD, "Internal Server Error")
NETWORK_ERROR = TelegramNetworkError(METHOD, "Connection reset")
BAD_REQUEST = TelegramBadRequest(METHOD, "chat not found")
NOT_MODIFIED = TelegramBadRequest(METHOD, "Bad Request: message is not modified: …")
UNAUTHORIZED = TelegramUnauthorizedError(METHOD, "Unauthorized")
LOST = AnswerLost(METHOD, "Server disconnected")
MOVED_TO_9 = TelegramMigrateToChat(METHOD, "group upgraded to supergroup", migrate_to_chat_id=9)


class FakeBot:
    """A bot of which only calling matters: it records what was sent and fails as it is told to."""

    token = "42:TEST"

    def __init__(self) -> None:
        """Everything succeeds until `fail` is told otherwise."""
        self.sent: list[str] = []
        self.attempts: list[str] = []
        self.chats: list[int | None] = []
        #: Which message each attempt to send one was a reply to.
        self.replies: list[int | None] = []
        self.pressable: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self._failures: dict[str, deque[Exception]] = defaultdict(deque)

    def fail(self, text: str, *errors: Exception) -> None:
        """Answer the next attempts at this text with errors, one each."""
        self._failures[text].extend(errors)

    def hold(self, text: str) -> asyncio.Event:
        """Answer this text only once the event is set."""
        self.held[text] = asyncio.Event()
        return self.held[text]

    async def __call__(self, method: TelegramMethod[Any]) -> None:
        """Send."""
        text = str(getattr(method, "text", None))
        self.attempts.append(text)
        self.chats.append(getattr(method, "chat_id", None))
        if isinstance(method, SendMessage):
            reply = method.reply_parameters
            self.replies.append(reply.message_id if reply else None)
        rows = getattr(getattr(method, "reply_markup", None), "inline_keyboard", [])
        self.pressable += [one.callback_data for row in rows for one in row]
        if text in self.held:
            await self.held[text].wait()
        await asyncio.sleep(0)
        if self._failures[text]:
            raise self._failures[text].popleft()
        self.sent.append(text)


def open_queue(bot: FakeBot) -> DeliveryQueue:
    """Return a queue that delivers through `bot`."""
    return DeliveryQueue(cast("Any", bot))


class FakeSleep:
    """`asyncio.sleep` whose pauses are recorded and over at once.

    What is shorter than `SHORTEST` is a test that looks again, and no pause of the outbox.
    """

    SHORTEST = 0.1

    def __init__(self) -> None:
        """Nobody has slept yet."""
        self.taken: list[float] = []
        self.gate: asyncio.Event | None = None
        self._sleep = asyncio.sleep

    async def __call__(self, seconds: float) -> None:
        """Record the pause, which lasts until the `gate` opens if there is one."""
        if seconds >= self.SHORTEST:
            self.taken.append(seconds)
            if self.gate is not None:
                await self.gate.wait()
        await self._sleep(0)


__all__ = [
    "BAD_REQUEST",
    "LOST",
    "METHOD",
    "MOVED_TO_9",
    "NETWORK_ERROR",
    "NOT_MODIFIED",
    "RETRY_IN_7",
    "SERVER_ERROR",
    "UNAUTHORIZED",
    "FakeBot",
    "FakeSleep",
    "message",
    "open_queue",
]
