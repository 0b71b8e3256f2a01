"""Polling that works on several members at once: what Telegram is told, and when it is asked."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import OperationalError

from bot.telegram.client import Backoff
from bot.telegram.polling import MOST_FETCHED
from sandbox import User
from tests.support.gate import Gate
from tests.support.live_bot import LiveBot, live_bot
from tests.support.seeded import SeededDatabases
from tests.support.waiting import until, until_async

AT_ONCE = 4


@pytest.fixture
async def bot(seeded_postgresql: SeededDatabases) -> AsyncIterator[LiveBot]:
    """Run the whole bot on PostgreSQL, where it works on several members at once."""
    async with seeded_postgresql.fresh() as engine, live_bot(engine, at_once=AT_ONCE) as bot:
        yield bot


@pytest.fixture
def gate(bot: LiveBot) -> Gate:
    """Stand between the transaction and the handlers."""
    gate = Gate()
    bot.dispatcher.update.middleware(gate)
    return gate


def daily(bot: LiveBot, *members: User) -> None:
    """Let members ask for their daily gift."""
    for member in members:
        bot.server.telegram.say(member, bot.server.telegram.private(member), "/daily")


def gifts(bot: LiveBot, *members: User) -> list[int]:
    """Count the answers that each member has got."""
    return [len(bot.answers(bot.server.telegram.private(member))) for member in members]


async def test_members_do_not_wait_for_each_other(bot: LiveBot, gate: Gate) -> None:
    """As many as there is room for are in the middle of their work; each is paid once."""
    telegram = bot.server.telegram
    members = [telegram.add_member(f"Member {number}") for number in range(6)]
    gate.open.clear()
    daily(bot, *members)
    await until(lambda: gate.entered == AT_ONCE)
    await asyncio.sleep(0.1)

    entered, waiting = gate.entered, len(bot.server.queue)
    gate.open.set()
    await bot.settle()

    assert (AT_ONCE, 6) == (entered, waiting)
    assert {member.id: 50 for member in members} == await bot.balances()
    assert [1] * 6 == gifts(bot, *members)


async def test_failure_holds_back_the_confirmation_alone(
    bot: LiveBot, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one update fails, others are answered, once, and stay unconfirmed behind it."""
    tries_again = asyncio.Event()
    monkeypatch.setattr(Backoff, "wait", lambda *_: tries_again.wait())
    telegram = bot.server.telegram
    gate.errors = [OperationalError("SELECT 1", {}, OSError(), connection_invalidated=False)]
    daily(bot, telegram.ana)
    await until(lambda: not gate.errors)
    daily(bot, telegram.luis)
    await until(lambda: gifts(bot, telegram.luis) == [1])
    daily(bot, telegram.emma)
    await until(lambda: gifts(bot, telegram.emma) == [1])

    waiting = len(bot.server.queue)
    tries_again.set()
    await bot.settle()

    assert 3 == waiting
    assert [1, 1, 1] == gifts(bot, telegram.ana, telegram.luis, telegram.emma)
    assert {50} == set((await bot.balances()).values())


async def test_telegram_is_not_asked_in_vain(bot: LiveBot, gate: Gate) -> None:
    """While it would only repeat what is at work, it is asked now and then; never when full."""
    telegram = bot.server.telegram
    gate.open.clear()
    daily(bot, telegram.ana)
    await until(lambda: gate.entered)
    await asyncio.sleep(0.5)
    asked = len(bot.server.calls.all("getUpdates"))
    for _ in range(MOST_FETCHED + 50):
        telegram.say(telegram.ana, telegram.private(telegram.ana), "/help")
    await asyncio.sleep(1.5)
    full = len(bot.server.calls.all("getUpdates"))
    await asyncio.sleep(1.5)

    assert asked <= 8
    assert full == len(bot.server.calls.all("getUpdates"))
    gate.open.set()


async def test_failures_of_one_moment_are_one(
    bot: LiveBot, gate: Gate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails everywhere at once makes nobody believe that the bot is stuck."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.05))
    telegram = bot.server.telegram
    members = [telegram.add_member(f"Member {number}") for number in range(8)]
    gate.errors = [
        OperationalError("SELECT 1", {}, OSError(), connection_invalidated=False) for _ in range(8)
    ]
    gate.open.clear()
    daily(bot, *members)
    await until(lambda: gate.entered == AT_ONCE)
    gate.open.set()
    await bot.settle()

    assert not [one for one in caplog.messages if "in a row" in one]
    assert {member.id: 50 for member in members} == await bot.balances()


async def test_second_poller_is_told_what_to_do(
    bot: LiveBot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram's 409 becomes a sentence."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.05))

    async def polled_as_well() -> bool:
        await bot.api.get_updates(timeout=0)
        return any("same BOT_TOKEN" in one for one in caplog.messages)

    await until_async(polled_as_well)

    (said,) = {one for one in caplog.messages if "could not be fetched" in one}
    assert "give both the same PostgreSQL database, where the second stands by" in said
