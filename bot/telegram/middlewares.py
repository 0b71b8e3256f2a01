"""Middlewares of every update: one transaction, and whatever waits for its commit."""

from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from aiogram import BaseMiddleware
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject, Update
from aiogram.types import User as TelegramUser
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.database.liveness import on_live_connection
from bot.database.transaction import transaction
from bot.gamification.chats import member_came_back
from bot.gamification.context import RulesCache
from bot.gamification.ledger import StaleAccount
from bot.gamification.registration import find_account
from bot.monitoring.metrics import Metrics
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.filters import is_idle, is_person, is_taken_away, stored_user
from bot.telegram.i18n import locale_for, talk_in
from bot.telegram.replies import listed
from bot.telegram.texts.times import tell_time_by

if TYPE_CHECKING:
    from aiogram.utils.i18n import I18n

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
        methods = listed(result)
        if not all(isinstance(method, TelegramMethod) for method in methods):
            return result
        for method in methods:
            self._delivery.put(method)
        return None


class UnitOfWork(BaseMiddleware):
    """Gives handlers `economy`, in one transaction; one that raises changes nothing."""

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
        """Run the rest, commit; a reaction that is taken away is not worth a transaction."""
        if is_taken_away(event):
            return None

        async def work() -> Any:
            data["after_commit"].clear()  # what an attempt has left that came to nothing
            return await self._in_transaction(handler, event, data)

        try:
            return await on_live_connection(self._engine, work)
        except StaleAccount:
            # An admin has changed a rule that we had read a moment before: once more by the new.
            self._rules.invalidate()
            return await on_live_connection(self._engine, work)
        except IntegrityError:
            # Perhaps a reward that we know is gone, with all others: the next attempt shall know.
            self._rules.invalidate()
            raise

    async def _in_transaction(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        asked = perf_counter()
        async with transaction(self._engine) as connection:
            connected = perf_counter()
            self._metrics.connection_wait.observe(connected - asked)
            economy = await self._rules.economy(connection, _acted_at(event))
            tell_time_by(economy.calendar, economy.now)
            data["economy"] = economy
            result = await handler(event, data)
        self._metrics.transaction_seconds.observe(perf_counter() - connected)
        for kind, amount in economy.posted:
            self._metrics.count_besitos(kind, amount)
        return result


class Members(BaseMiddleware):
    """Gives handlers `account`, that of whoever acts, None for who is not registered.

    The filter `IsMember` registers whoever is paid or answered. Bots and anonymous admins are no
    members. Who acts in a group is there, and so back on the board.
    """

    def __init__(self, rules: RulesCache) -> None:
        """`rules` names what is wrong with a member's rows."""
        self._rules = rules

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Find them, and run the rest."""
        user: TelegramUser | None = data.get("event_from_user")
        acts = isinstance(event, Update) and not (event.my_chat_member or event.chat_member)
        account = None
        if acts and user is not None and is_person(user) and not is_idle(event):
            economy = data["economy"]
            account = await find_account(economy, stored_user(user))
        if account is not None and user is not None:
            self._rules.problems.name(user.id, account.problems)
            if account.has_left and data["known_chat"]:
                chat_id = data["known_chat"].chat_id
                await member_came_back(economy.connection, user.id, chat_id)
        data["account"] = account
        if account is None or account.locale is None:
            return await handler(event, data)
        talk_in(account.locale)
        i18n = cast("I18n", data["i18n"])
        with i18n.use_locale(locale_for(i18n, account.locale)):
            return await handler(event, data)


def _acted_at(event: TelegramObject) -> datetime | None:
    """Return the time of a message or reaction; a press on a button has none, and counts as now."""
    dated = (event.message or event.message_reaction) if isinstance(event, Update) else None
    return dated.date if dated else None
