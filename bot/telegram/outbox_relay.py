"""Outbox of notices: stored in the transaction of what caused them, relayed if nobody sent them."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import TelegramObject, Update
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database.errors import DatabaseError
from bot.database.outbox import (
    OutboxMessage,
    StoredMessage,
    forget_old,
    reach,
    read_waiting,
    store,
)
from bot.gamification.rewards.lifecycle import restart_deadlines
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.keyboards import claimable
from bot.telegram.methods import Notice
from bot.telegram.replies import listed

logger = logging.getLogger(__name__)

#: Seconds between two looks for what another process has left behind.
INTERVAL: Final = 30.0


class StoredNotices(BaseMiddleware):
    """Stores the notices among a handler's answers; stands inside the transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is where they are taken from, once that transaction has committed."""
        self._engine = engine

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest; store by one statement, and only if there is something to tell."""
        late = await self._late(event, data)
        result = await handler(event, data)
        if not result and not late:
            return result  # as with most reactions
        answers = listed(result)
        notices = [one for one in answers if isinstance(one, Notice)]
        if notices:
            await store_notices(self._engine, data["economy"].connection, notices)
        if not late:
            return result
        return [*(one for one in answers if isinstance(one, TelegramMethod)), *late]

    async def _late(self, event: TelegramObject, data: dict[str, Any]) -> list[Notice]:
        """Return the notices that a member can be sent only now, who has written in private.

        The deadlines of the rewards that they are about begin with it.
        """
        message = event.message if isinstance(event, Update) else None
        economy, account = data["economy"], data["account"]
        if message is None or account is None or message.chat.type != ChatType.PRIVATE:
            return []
        notices = []
        for stored_id, waiting in await reach(economy.connection, account.user_id):
            # One that cannot be read waits no more, and the relay sees to it.
            with suppress(ValidationError, TypeError, ValueError):
                notice = _notice(waiting).in_private()
                notice.store_as(StoredMessage(self._engine, stored_id))
                notices.append(notice)
        if not notices:
            return []
        told = {reward_id for notice in notices for reward_id in claimable(notice.reply_markup)}
        data["account"] = await restart_deadlines(economy, account, told)
        return notices


async def store_notices(
    engine: AsyncEngine, connection: AsyncConnection, notices: Sequence[Notice]
) -> None:
    """Store notices in a transaction; they are taken from `engine` once that has committed."""
    ids = await store(connection, list(map(_stored, notices)))
    for notice, stored_id in zip(notices, ids, strict=True):
        notice.store_as(StoredMessage(engine, stored_id))


class OutboxRelay:
    """Sends what was stored and never taken: by a process that was killed, or could not send."""

    def __init__(self, engine: AsyncEngine, delivery: DeliveryQueue) -> None:
        """Hand all of it to `delivery`."""
        self._engine = engine
        self._delivery = delivery

    async def run(self) -> None:
        """Look at once and then every so often, until cancelled."""
        while True:
            try:
                await self.relay()
                await forget_old(self._engine)
            except DatabaseError as error:
                logger.warning("the outbox could not be read: %s", error)
            await asyncio.sleep(INTERVAL)

    async def relay(self) -> None:
        """Put all that waits into the delivery queue. Raises `DatabaseError`."""
        last = 0
        while page := await read_waiting(self._engine, after=last):
            here = self._delivery.stored_ids()
            for stored_id, message in page:
                if stored_id not in here:
                    await self._put(StoredMessage(self._engine, stored_id), message)
                last = stored_id

    async def _put(self, stored: StoredMessage, message: OutboxMessage) -> None:
        try:
            notice = _notice(message)
        except (ValidationError, TypeError, ValueError):
            logger.error(  # noqa: TRY400 - the trace would repeat what the message says
                "message %d of the outbox is none that can be sent; it is deleted", stored.id
            )
            await stored.finish()
            return
        notice.store_as(stored)
        self._delivery.put(notice)


def _stored(notice: Notice) -> OutboxMessage:
    # Only what was given: aiogram fills the rest with its own defaults when it sends.
    payload = notice.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    chat_id = int(payload.pop("chat_id"))
    return OutboxMessage(chat_id, SendMessage.__api_method__, payload, notice.member_id)


def _notice(message: OutboxMessage) -> Notice:
    if message.method != SendMessage.__api_method__:
        raise ValueError(message.method)
    notice = Notice(chat_id=message.chat_id, **message.payload)
    if message.member_id is not None:
        notice.belong_to(message.member_id)
    return notice
