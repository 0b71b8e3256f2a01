"""Nobody is told that something is done before it is committed: not Telegram, not the member."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiogram.types import Update
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.database.engine import for_writing
from bot.gamification.models import AccountRow
from bot.monitoring.health import health_application
from bot.telegram.failures import MOST_TRIES, STUCK_AFTER, failures_of
from bot.telegram.webhook import Webhook, derived_secret
from sandbox import User
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LiveEconomy, count_rows
from tests.support.gate import Gate
from tests.support.live_bot import LiveBot
from tests.support.updates import command, reaction, user
from tests.support.waiting import until

Post = Callable[[dict[str, Any]], Awaitable[int]]


@pytest.fixture
def gate(bot: LiveBot) -> Gate:
    """Hold updates up behind their handler, and so before their commit."""
    gate = Gate()
    gate.open.clear()
    bot.dispatcher.update.middleware(gate)
    return gate


@pytest.fixture
async def post(bot: LiveBot) -> AsyncIterator[Post]:
    """Take updates by webhook instead of polling, and post one as Telegram does."""
    bot.stop.set()
    await bot.polling
    application = web.Application()
    Webhook(bot.dispatcher, bot.api, "https://bot.example/hook").add_to(application)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        headers = {"X-Telegram-Bot-Api-Secret-Token": derived_secret(bot.api.token)}

        async def post(update: dict[str, Any]) -> int:
            address = server.make_url("/hook")
            async with session.post(address, json=update, headers=headers) as response:
                return response.status

        yield post


def daily(member: User) -> dict[str, Any]:
    update = command("/daily", user(member.id, first_name=member.first_name))
    return update.model_dump(mode="json", by_alias=True, exclude_none=True)


async def test_webhook_answers_after_the_commit(bot: LiveBot, post: Post, gate: Gate) -> None:
    """Telegram's 200 means that the besitos are in the database."""
    ana = bot.server.telegram.ana

    answer = asyncio.create_task(post(daily(ana)))
    await gate.reached.wait()
    waiting = not answer.done()
    gate.open.set()

    assert (True, 200) == (waiting, await answer)
    assert 50 == (await bot.balances())[ana.id]


async def test_webhook_of_a_database_that_is_held(bot: LiveBot, post: Post) -> None:
    """While a seed holds the lock Telegram waits with us, and is told nothing yet."""
    ana = bot.server.telegram.ana
    async with for_writing(bot.engine).begin() as seed:
        await seed.execute(text("SELECT 1"))  # BEGIN IMMEDIATE goes with it
        answer = asyncio.create_task(post(daily(ana)))
        done, _ = await asyncio.wait([answer], timeout=0.3)

    assert (set(), 200) == (done, await answer)
    assert 50 == (await bot.balances())[ana.id]


async def test_webhook_of_a_full_disk(bot: LiveBot, post: Post) -> None:
    """What cannot be written is not confirmed, comes again, and is paid once."""
    ana = bot.server.telegram.ana
    async with no_room(bot):
        refused = await post(daily(ana))

    assert (503, 200) == (refused, await post(daily(ana)))
    assert 50 == (await bot.balances())[ana.id]


async def test_webhook_of_an_unknown_failure(bot: LiveBot, post: Post) -> None:
    """What always fails is answered 503 a few times, put aside, and then confirmed."""
    gate = Gate()
    gate.errors = [ZeroDivisionError()] * MOST_TRIES
    bot.dispatcher.update.middleware(gate)
    update = daily(bot.server.telegram.ana)

    statuses = [await post(update) for _ in range(MOST_TRIES)]

    assert [503] * (MOST_TRIES - 1) + [200] == statuses
    assert (1, 0) == (
        await count_rows(bot.engine, "failed_updates"),
        await count_rows(bot.engine, "users"),
    )


async def test_health_while_nothing_is_handled(bot: LiveBot, post: Post) -> None:
    """After several failures in a row a probe is told why, until an update succeeds again."""
    gate = Gate()
    gate.errors = [away()] * 100  # each update is tried on every connection of the pool
    bot.dispatcher.update.middleware(gate)
    failures = failures_of(bot.dispatcher)
    application = health_application(bot.engine, lambda: failures.stuck)
    members = bot.server.telegram.ana, bot.server.telegram.luis
    answers = []
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        for number in range(STUCK_AFTER + 1):
            if number == STUCK_AFTER:
                gate.errors.clear()
            await post(daily(members[number % 2]))
            async with session.get(server.make_url("/health")) as response:
                answers.append((response.status, await response.json()))

    well = (200, {"status": "ok"})
    stuck = (503, {"status": "updates wait", "reason": "OSError: no route"})
    assert [well] * (STUCK_AFTER - 1) + [stuck, well] == answers


async def test_webhook_skips_what_nobody_can_read(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """An update of a newer Telegram is said and confirmed, or it would come for ever."""
    unreadable = {"update_id": 1, "message_reaction": {"new_reaction": [{"type": "hologram"}]}}

    assert 200 == await post(unreadable)
    assert "an update is skipped, since aiogram cannot read it: message_reaction" in caplog.text


async def test_stop_before_what_nobody_can_read(bot: LiveBot, gate: Gate) -> None:
    """A stop ends well, also when the update that is next is one of a newer Telegram."""
    telegram = bot.server.telegram
    telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
    await gate.reached.wait()
    bot.server.queue.put("message_reaction", {"new_reaction": [{"type": "hologram"}]})
    bot.stop.set()
    gate.open.set()

    await bot.polling

    assert 50 == (await bot.balances())[telegram.ana.id]


async def test_nothing_is_said_before_the_commit(live: LiveEconomy, telegram: Dispatching) -> None:
    """When the commit fails no answer leaves, and nothing counts as changed."""

    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", None, RuntimeError(), connection_invalidated=True)

    event.listen(live.engine.sync_engine, "commit", fail)
    answers: list[object] = []
    with pytest.raises(OperationalError):
        answers += await telegram.feed(command("/daily", user(ANA)))
    event.remove(live.engine.sync_engine, "commit", fail)

    assert [] == answers + telegram.sent
    assert 50 == await paid(live, telegram, command("/daily", user(ANA)))


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_commit_that_fails_leaves_no_transaction(
    live: LiveEconomy, telegram: Dispatching
) -> None:
    """The connection that could not commit is clean when the next update gets it."""
    with pytest.raises(IntegrityError):
        await commit_a_stray_profile(live)

    assert 25 == await paid(live, telegram, reaction(1, user(ANA)))


async def test_full_disk(bot: LiveBot) -> None:
    """An update that cannot be written waits, and is paid once when there is room again."""
    telegram = bot.server.telegram
    async with no_room(bot):
        telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
        await bot.server.calls.wait_for("getUpdates", nth=3)
        unconfirmed = len(bot.server.queue)
    await until(lambda: not len(bot.server.queue))

    assert 1 == unconfirmed
    assert 50 == (await bot.balances())[telegram.ana.id]


@asynccontextmanager
async def no_room(bot: LiveBot) -> AsyncIterator[None]:
    """Let SQLite refuse to write, as it does on a full or read-only disk."""
    for switch in ("ON", "OFF"):
        async with bot.engine.connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA query_only = {switch}")
        if switch == "ON":
            yield


def away() -> Exception:
    """Return what SQLAlchemy raises when the connection has gone."""
    return OperationalError("SELECT 1", {}, OSError("no route"), connection_invalidated=True)


async def commit_a_stray_profile(live: LiveEconomy) -> None:
    async with for_writing(live.engine).begin() as connection:
        await connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        await connection.execute(insert(AccountRow).values(user_id=9))


async def paid(live: LiveEconomy, telegram: Dispatching, update: Update) -> int:
    """Feed an update and return Ana's balance."""
    await telegram.feed(update)
    return (await live.account()).balance
