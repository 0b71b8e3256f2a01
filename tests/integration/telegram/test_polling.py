"""Long polling: at least once in, exactly once paid, and a stop that finishes what it began."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from bot.telegram.client import Backoff
from bot.telegram.polling import MOST_FETCHED, Polling
from tests.support.gate import Gate
from tests.support.live_bot import LiveBot
from tests.support.waiting import until


@pytest.fixture
def gate(bot: LiveBot) -> Gate:
    """Stand between the transaction and the handlers."""
    gate = Gate()
    bot.dispatcher.update.middleware(gate)
    return gate


def away() -> Exception:
    """Return what SQLAlchemy raises when the connection has gone."""
    return OperationalError("SELECT 1", {}, OSError(), connection_invalidated=True)


async def test_database_away(bot: LiveBot, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database is away an update stays unconfirmed; it is paid once when it is back."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.01))
    telegram = bot.server.telegram
    gate.errors = [away(), away(), ConnectionRefusedError()]

    first, second = await asyncio.gather(
        bot.say(telegram.ana, "/daily"), bot.say(telegram.luis, "/daily")
    )

    assert [["🎁 Regalo diario: +50 besitos"]] * 2 == [
        [one.text.splitlines()[0] for one in a] for a in (first, second)
    ]
    assert {50} == {balance for balance in (await bot.balances()).values() if balance}
    assert 5 == gate.entered


async def test_nothing_is_confirmed_before_its_commit(bot: LiveBot, gate: Gate) -> None:
    """While a handler works its update is unconfirmed, and those behind it are, too."""
    telegram = bot.server.telegram
    gate.open.clear()
    for _ in range(3):
        telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
    await until(lambda: gate.entered)

    waiting, entered = len(bot.server.queue), gate.entered
    gate.open.set()
    await bot.settle()

    assert (3, 1) == (waiting, entered)
    assert 50 == (await bot.balances())[telegram.ana.id]


async def test_no_room_for_more(bot: LiveBot, gate: Gate) -> None:
    """Behind the first of a hundred Telegram gives no more, and who asks why is told."""
    telegram, arrivals = bot.server.telegram, bot.dispatcher["arrivals"]
    gate.open.clear()
    for number in range(MOST_FETCHED + 1):
        telegram.say(telegram.luis, telegram.group, str(number))
    await until(lambda: arrivals.is_full)
    fetched = arrivals.waiting
    gate.open.set()
    await bot.settle()

    assert (MOST_FETCHED, False) == (fetched, arrivals.is_full)


async def test_stop_in_a_jam(bot: LiveBot, gate: Gate) -> None:
    """Who polls no more, for its turn is over, holds nothing up."""
    telegram, arrivals = bot.server.telegram, bot.dispatcher["arrivals"]
    gate.open.clear()
    for number in range(MOST_FETCHED):
        telegram.say(telegram.luis, telegram.group, str(number))
    await until(lambda: arrivals.is_full)
    gate.errors = [ZeroDivisionError()]
    bot.stop.set()
    gate.open.set()
    await bot.polling

    assert not arrivals.is_full


async def test_stop_finishes_the_update_at_work(bot: LiveBot, gate: Gate) -> None:
    """A stop lets the running handler commit and confirms it, and leaves the next to the next."""
    telegram = bot.server.telegram
    gate.open.clear()
    for member in (telegram.ana, telegram.luis):
        telegram.say(member, telegram.private(member), "/daily")
    await until(lambda: gate.entered)

    bot.stop.set()
    gate.open.set()
    await bot.polling

    (left,) = bot.server.queue.first(10)
    assert telegram.luis.id == left.payload["from"]["id"]  # type: ignore[index,call-overload]
    assert {telegram.ana.id: 50} == await bot.balances()


async def test_stop_while_nothing_happens(bot: LiveBot) -> None:
    """A stop ends an open long poll at once."""
    bot.stop.set()

    async with asyncio.timeout(5):
        await bot.polling


async def test_next_process_gets_the_rest(bot: LiveBot) -> None:
    """What one process left unconfirmed another one pays, and nothing a second time."""
    telegram = bot.server.telegram
    await bot.say(telegram.ana, "/daily")
    bot.stop.set()
    await bot.polling
    telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
    telegram.say(telegram.luis, telegram.private(telegram.luis), "/daily")

    bot.stop = asyncio.Event()
    bot.polling = asyncio.create_task(Polling(bot.dispatcher, bot.api, bot.stop).run())
    await bot.settle()
    bot.stop.set()
    await bot.polling

    assert {telegram.ana.id: 50, telegram.luis.id: 50} == await bot.balances()


async def test_update_of_the_future(bot: LiveBot, caplog: pytest.LogCaptureFixture) -> None:
    """An update that aiogram cannot read is skipped and logged; all others are served."""
    telegram, queue = bot.server.telegram, bot.server.queue
    unknown = {"reaction": {"type": "hologram"}}
    queue.put("message_reaction", {"new_reaction": [unknown]})
    telegram.say(telegram.ana, telegram.private(telegram.ana), "/daily")
    queue.put("message_reaction", {"new_reaction": [unknown]})
    telegram.say(telegram.luis, telegram.private(telegram.luis), "/daily")

    await bot.settle()

    assert {telegram.ana.id: 50, telegram.luis.id: 50} == await bot.balances()
    skipped = [one for one in caplog.messages if "is skipped" in one]
    assert 2 == len(skipped)
    assert "message_reaction" in skipped[0]


async def test_asks_for_what_it_handles(bot: LiveBot) -> None:
    """Reactions come only if asked for."""
    asked = bot.server.queue.allowed_updates

    assert {"message", "message_reaction", "channel_post", "callback_query"} <= set(asked)
