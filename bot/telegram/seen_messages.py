"""Record of messages in chats, theirs and the bot's own: whose they are, and which post they copy.

Telegram does not say so when somebody reacts.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.methods import TelegramMethod
from aiogram.types import Message, MessageOriginChannel, TelegramObject, Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.database.errors import DatabaseError, translate_errors
from bot.database.transaction import transaction
from bot.gamification.messages import SeenMessage, remember
from bot.telegram.filters import GROUPS
from bot.telegram.replies import topic

logger = logging.getLogger(__name__)


class SeenMessages(BaseMiddleware):
    """Records what is written in groups; stands inside the transaction."""

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Record a message, by one statement, and run the rest."""
        message = event.message if isinstance(event, Update) else None
        if message is not None and message.chat.type in GROUPS and _says_something(message):
            await remember(data["economy"].connection, _seen(message), data["economy"].now)
        return await handler(event, data)


class OwnMessages(BaseRequestMiddleware):
    """Records what the bot has sent to others than one person, of which it gets no update."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Write to the database of `engine`, beside the updates."""
        self._engine = for_writing(engine)

    async def __call__(
        self,
        make_request: Callable[[Bot, TelegramMethod[Any]], Awaitable[Any]],
        bot: Bot,
        method: TelegramMethod[Any],
    ) -> Any:
        """Call Telegram; what was sent is sent, whatever becomes of the record."""
        result = await make_request(bot, method)
        is_sent = isinstance(result, Message) and method.__api_method__.startswith("send")
        # A channel's, too: Telegram copies them into the linked group.
        if is_sent and result.chat.type != ChatType.PRIVATE:
            try:
                with translate_errors("Recording a message"):
                    async with transaction(self._engine) as connection:
                        await remember(connection, _own(result), datetime.now(UTC))
            except DatabaseError as error:
                logger.warning("reactions to a message of the bot will be paid: %s", error)
        return result


def _own(message: Message) -> SeenMessage:
    where = message.chat.id, message.message_id
    return SeenMessage(*where, by_bot=True, thread_id=topic(message))


def _seen(message: Message) -> SeenMessage:
    # An anonymous administrator and whoever writes as a channel have no author that we know.
    is_signed = message.from_user is not None and message.sender_chat is None
    return SeenMessage(
        message.chat.id,
        message.message_id,
        author_id=message.from_user.id if message.from_user and is_signed else None,
        thread_id=topic(message),
        post=_copied_post(message),
    )


def _says_something(message: Message) -> bool:
    return message.sender_chat is None or topic(message) is not None or bool(_copied_post(message))


def _copied_post(message: Message) -> tuple[int, int] | None:
    """Return the channel post whose automatic copy the message is."""
    origin = message.forward_origin
    if message.is_automatic_forward and isinstance(origin, MessageOriginChannel):
        return origin.chat.id, origin.message_id
    return None
