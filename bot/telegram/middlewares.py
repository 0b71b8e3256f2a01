"""Middlewares of every update: one transaction, and whatever waits for its commit."""

from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject, Update
from aiogram.types import User as TelegramUser
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.database.liveness import on_live_connection
from bot.gamification.account import User
from bot.gamification.context import RulesCache
from bot.gamification.ledger import StaleAccount
from bot.gamification.registration import get_or_create_account
from bot.monitoring.metrics import Metrics
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.filters import is_chatter, is_person
from bot.telegram.texts.formatting import without_controls
from bot.telegram.texts.times import tell_time_by

#: Calls that wait for the commit.
PendingCalls = list[Callable[[], None]]


class AfterCommit(BaseMiddleware):
    """Delivers what handlers return, `message.answer(…)` instead of awaiting it, after the commit.

    Stands outside the transaction. Handlers get the list `after_commit`, for calls that wait for
    it as well.
    """

    def __init__(self, delivery: DeliveryQueue) -> None:
        """Hand every answer to `delivery`."""
        self._delivery = delivery

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Run the rest, then call and send."""
        after_commit: PendingCalls = []
        data["after_commit"] = after_commit
        result = await handler(event, data)
        for call in after_commit:
            call()
        methods = result if isinstance(result, list) else [result]
        if not all(isinstance(method, TelegramMethod) for method in methods):
            return result
        for method in methods:
            self._delivery.put(method)
        return None


class UnitOfWork(BaseMiddleware):
    """Gives handlers `economy`, in one transaction, and `account`, that of whoever acts.

    A handler that raises changes nothing. Bots and anonymous admins are no members, and have
    none; neither has who only writes in a group, which makes nobody a member.
    """

    def __init__(self, engine: AsyncEngine, rules: RulesCache, metrics: Metrics) -> None:
        """Open every transaction on `engine`; `metrics` counts what has committed."""
        self._engine = for_writing(engine)
        self._rules = rules
        self._metrics = metrics

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Register who is behind the update, run the rest, commit."""

        async def work() -> Any:
            data["after_commit"].clear()  # what an attempt has left that came to nothing
            return await self._in_transaction(handler, event, data)

        try:
            return await on_live_connection(self._engine, work)
        except StaleAccount:
            # An admin has changed a rule that we had read a moment before: once more by the new.
            self._rules.invalidate()
            return await on_live_connection(self._engine, work)

    async def _in_transaction(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        asked = perf_counter()
        async with self._engine.begin() as connection:
            connected = perf_counter()
            self._metrics.connection_wait.observe(connected - asked)
            economy = await self._rules.economy(connection, _acted_at(event))
            tell_time_by(economy.calendar, economy.now)
            user: TelegramUser | None = data.get("event_from_user")
            account = None
            if user is not None and is_person(user) and not is_chatter(event):
                account = await get_or_create_account(economy, _stored(user))
                self._rules.problems.name(user.id, account.problems)
            data.update(economy=economy, account=account)
            result = await handler(event, data)
        self._metrics.transaction_seconds.observe(perf_counter() - connected)
        for kind, amount in economy.posted:
            self._metrics.count_besitos(kind, amount)
        return result


def _acted_at(event: TelegramObject) -> datetime | None:
    """Return the time of a message or reaction; a press on a button has none, and counts as now."""
    dated = (event.message or event.message_reaction) if isinstance(event, Update) else None
    return dated.date if dated else None


def _stored(user: TelegramUser) -> User:
    return User(
        user_id=user.id,
        username=without_controls(user.username),
        first_name=without_controls(user.first_name),
        language_code=without_controls(user.language_code),
    )
