"""Bad days of Telegram and PostgreSQL, on which every besito is paid all the same."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.errors import is_unavailable
from bot.telegram.client import Backoff
from bot.telegram.i18n import make_i18n
from bot.telegram.introduction import publish_commands
from sandbox import Call, Fault
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LiveEconomy
from tests.support.live_bot import LiveBot
from tests.support.updates import reaction, user
from tests.support.waiting import until


@pytest.mark.parametrize("fault", ["too_many_requests", "server_error", "drop", "lose_answer"])
async def test_bad_day_of_telegram(
    bot: LiveBot, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Whatever happens to getUpdates, polling goes on, and what waited is paid once."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.01))
    telegram = bot.server.telegram
    getattr(bot.server.faults, fault)("getUpdates", times=2)

    (gift,) = await bot.say(telegram.ana, "/daily")
    (again,) = await bot.say(telegram.ana, "/daily")

    assert ("🎁", "Ya") == (gift.text[:1], again.text[:2])
    assert 50 == (await bot.balances())[telegram.ana.id]


async def test_bad_gateway(bot: LiveBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy's web page instead of JSON is a bad moment like any other, and stops nothing."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.01))
    session = bot.api.session
    failures = [ClientDecodeError("Failed to decode object", ValueError(), "<html>502")]
    make_request = session.make_request

    async def sometimes(bot_: Any, method: Any, *args: Any, **options: Any) -> Any:
        if method.__api_method__ == "getUpdates" and failures:
            raise failures.pop()
        return await make_request(bot_, method, *args, **options)

    monkeypatch.setattr(session, "make_request", sometimes)
    telegram = bot.server.telegram
    await bot.say(telegram.ana, "/daily")
    (again,) = await bot.say(telegram.ana, "/daily")

    assert [] == failures
    assert again.text.startswith("Ya has recogido")


async def test_bad_gateway_at_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its command menu the bot starts all the same, whatever Telegram's proxy says."""

    async def fail(*_: object, **_options: object) -> None:
        raise ClientDecodeError("Failed to decode object", ValueError(), "<html>502")

    monkeypatch.setattr(Bot, "__call__", fail)
    await publish_commands(Bot("42:TEST"), make_i18n(), frozenset({ANA}))

    assert 2 == caplog.text.count("command menu could not be set")


async def test_paying_does_not_wait_for_sending(bot: LiveBot) -> None:
    """While Telegram holds every answer back, members go on being paid."""
    telegram = bot.server.telegram
    released = asyncio.Event()

    async def hold_back(call: Call) -> Fault | None:
        if call.method.lower() == "sendmessage":
            await released.wait()
        return None

    bot.server.faults.hook = hold_back
    for member in (telegram.ana, telegram.luis, telegram.emma):
        telegram.say(member, telegram.private(member), "/daily")
    await until(lambda: not len(bot.server.queue))
    balances, sent = await bot.balances(), bot.answers(telegram.private(telegram.ana))
    released.set()
    await bot.settle()

    assert ([50, 50, 50], []) == (list(balances.values()), sent)
    assert 1 == len(bot.answers(telegram.private(telegram.ana)))


@pytest.mark.parametrize("seeded_databases", ["postgresql"], indirect=True)
async def test_connections_cut(
    live: LiveEconomy, telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PostgreSQL that ends our connection halfway leaves the update for another attempt."""

    async def cut(connection: AsyncConnection, *_: object) -> bool:
        await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return True

    with monkeypatch.context() as broken:
        broken.setattr("bot.gamification.reactions.save_streak", cut)
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the driver's affair
            await telegram.feed(reaction(1, user(ANA)))
    unpaid = await live.ledger()
    await telegram.feed(reaction(1, user(ANA)))

    assert is_unavailable(caught.value)
    assert [] == unpaid
    assert 25 == (await live.account()).balance
