"""Notices: stored with what caused them, sent once, by whoever comes to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiogram.exceptions import AiogramError
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.outbox import OutboxMessage, OutboxMessageRow, StoredMessage, forget_old, store
from bot.shutdown import in_background
from bot.telegram import outbox_relay
from bot.telegram.delivery import DeliveryQueue
from bot.telegram.methods import Notice
from bot.telegram.outbox_relay import OutboxRelay
from tests.support.database import run_sql
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, GROUP, LiveEconomy, count_rows
from tests.support.fakes import (
    BAD_REQUEST,
    LOST,
    NETWORK_ERROR,
    RETRY_IN_7,
    UNAUTHORIZED,
    FakeBot,
    FakeSleep,
)
from tests.support.updates import reaction, user
from tests.support.waiting import until


@pytest.fixture
def sleep(monkeypatch: pytest.MonkeyPatch) -> FakeSleep:
    """Let nobody really sleep between attempts."""
    sleep = FakeSleep()
    monkeypatch.setattr(outbox_relay.asyncio, "sleep", sleep)
    return sleep


@asynccontextmanager
async def relaying(engine: AsyncEngine, bot: FakeBot) -> AsyncIterator[OutboxRelay]:
    """Stand for a process with a relay and a delivery queue, which is empty at the end."""
    async with DeliveryQueue(cast("Any", bot)) as queue:
        yield OutboxRelay(engine, queue)


async def stored(engine: AsyncEngine, *texts: str) -> list[int]:
    """Store messages that nobody has taken."""
    async with engine.begin() as connection:
        rows = [OutboxMessage(ANA, "sendMessage", {"text": text}) for text in texts]
        return list(await store(connection, rows))


async def left(engine: AsyncEngine) -> int:
    """Count what the outbox holds."""
    return await count_rows(engine, "outbox_messages")


async def test_an_unlock_is_stored_with_its_payment(
    live: LiveEconomy, telegram: Dispatching
) -> None:
    """The first reaction unlocks a reward: the announcement is in the outbox, and can be sent."""
    (announced,) = await telegram.feed(reaction(1, user(ANA)))
    await telegram.feed(reaction(2, user(ANA)))

    bot = FakeBot()
    async with relaying(live.engine, bot) as relay:
        await relay.relay()

    assert isinstance(announced, Notice)
    assert ([announced.text], [GROUP]) == (bot.sent, bot.chats)
    assert 1 == len(bot.pressable)  # signed for the chat, as it was
    assert 0 == await left(live.engine)


async def test_what_fails_is_not_told(
    live: LiveEconomy, telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unlock that is rolled back takes its announcement along."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("bot.telegram.outbox_relay.StoredMessage", fail)
        with pytest.raises(ZeroDivisionError):
            await telegram.feed(reaction(1, user(ANA)))

    assert [] == await live.ledger()
    assert 0 == await left(live.engine)


async def test_sent_by_its_own_process(
    live: LiveEconomy, telegram: Dispatching, sleep: FakeSleep
) -> None:
    """After the commit the notice leaves with the other answers, and the relay finds nothing."""
    (announced,) = await telegram.feed(reaction(1, user(ANA)))
    bot = FakeBot()

    async with DeliveryQueue(cast("Any", bot)) as queue:
        queue.put(announced)
        await OutboxRelay(live.engine, queue).relay()

    assert [announced.text] == bot.sent  # type: ignore[attr-defined]
    assert 0 == await left(live.engine)


async def test_two_replicas(live: LiveEconomy) -> None:
    """Each message is sent once, however many processes look at the same time."""
    texts = [str(number) for number in range(30)]
    await stored(live.engine, *texts)
    bots = [FakeBot(), FakeBot(), FakeBot()]

    async def work(bot: FakeBot) -> None:
        async with relaying(live.engine, bot) as relay:
            await relay.relay()

    await asyncio.gather(*map(work, bots))

    assert sorted(texts) == sorted(text for bot in bots for text in bot.sent)
    assert 0 == await left(live.engine)


async def test_more_than_a_page(live: LiveEconomy) -> None:
    """However much has been left behind, all of it is sent in the end."""
    async with live.engine.begin() as connection:
        rows = [
            {"chat_id": number, "method": "sendMessage", "payload": {"text": "hola"}}
            for number in range(1, 121)
        ]
        await connection.execute(insert(OutboxMessageRow), rows)
    bot = FakeBot()

    async with relaying(live.engine, bot) as relay:
        await relay.relay()

    assert list(range(1, 121)) == sorted(chat or 0 for chat in bot.chats)


@pytest.mark.parametrize("error", [LOST, BAD_REQUEST], ids=["lost", "refused"])
async def test_once_after_it_was_handed_over(
    live: LiveEconomy, sleep: FakeSleep, error: Exception
) -> None:
    """What may have been delivered, and what Telegram refuses for good, is done with."""
    await stored(live.engine, "hola")
    bot = FakeBot()
    bot.fail("hola", error)

    async with relaying(live.engine, bot) as relay:
        await relay.relay()

    assert (["hola"], 0) == (bot.attempts, await left(live.engine))


async def test_waits_outside_the_process(live: LiveEconomy, sleep: FakeSleep) -> None:
    """While a notice waits for its chat, anybody may take it: a kill -9 loses nothing."""
    await stored(live.engine, "hola")
    first, second = FakeBot(), FakeBot()
    first.fail("hola", RETRY_IN_7)
    sleep.gate = asyncio.Event()

    async with relaying(live.engine, first) as relay:
        await relay.relay()
        await until(lambda: sleep.taken)
        async with relaying(live.engine, second) as other:
            await other.relay()
        sleep.gate.set()

    assert ([], ["hola"]) == (first.sent, second.sent)
    assert ["hola"] == first.attempts


@pytest.mark.parametrize("error", [NETWORK_ERROR, UNAUTHORIZED], ids=["network", "revoked token"])
async def test_given_up_is_not_lost(
    live: LiveEconomy, sleep: FakeSleep, error: AiogramError
) -> None:
    """A Telegram that takes nothing for long delays a notice, and the next look sends it."""
    await stored(live.engine, "hola")
    bot = FakeBot()
    bot.fail("hola", *[error] * 8)

    async with DeliveryQueue(cast("Any", bot)) as queue:
        relay = OutboxRelay(live.engine, queue)
        await relay.relay()
        await until(lambda: not len(queue))
        assert ([], 1) == (bot.sent, await left(live.engine))
        await relay.relay()

    assert (["hola"], 0) == (bot.sent, await left(live.engine))


async def test_pool_that_is_used_up(live: LiveEconomy, sleep: FakeSleep) -> None:
    """Who gets no connection in time looks again, and the notice is sent then."""
    await stored(live.engine, "hola")
    bot = FakeBot()
    busy = create_engine(live.engine.url, timeout=0.05, pool_size=1)

    async with DeliveryQueue(cast("Any", bot)) as queue:
        async with busy.connect(), in_background(OutboxRelay(busy, queue).run()) as relay:
            await until(lambda: len(sleep.taken) > 1 or relay.done())
            died = relay.done()
        await OutboxRelay(live.engine, queue).relay()
    await busy.dispose()

    assert not died
    assert (["hola"], 0) == (bot.sent, await left(live.engine))


async def test_taken_is_not_sent_again(live: LiveEconomy) -> None:
    """A process that was killed with the request under way may have told the member."""
    (stored_id,) = await stored(live.engine, "hola")
    row = StoredMessage(live.engine, stored_id)
    assert [True, False] == [await row.take(), await row.take()]
    bot = FakeBot()

    async with relaying(live.engine, bot) as relay:
        await relay.relay()

    assert [] == bot.sent
    assert 0 == await forget_old(live.engine)
    await set_taken(live.engine, datetime.now(UTC) - timedelta(days=8))
    assert 1 == await forget_old(live.engine)


async def set_taken(engine: AsyncEngine, moment: datetime) -> None:
    """Say when everything was taken."""
    async with engine.begin() as connection:
        await connection.execute(update(OutboxMessageRow).values(taken_at=moment))


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_unreadable_rows(live: LiveEconomy, caplog: pytest.LogCaptureFixture) -> None:
    """A row that is no message stops none behind it."""
    async with live.engine.begin() as connection:
        rows = [
            {"chat_id": 1, "method": "sendDice", "payload": {}},
            {"chat_id": 1, "method": "sendMessage", "payload": {}},
            {"chat_id": 1, "method": "sendMessage", "payload": ["x"]},
            {"chat_id": 1, "method": "sendMessage", "payload": {"text": "hola"}},
        ]
        await connection.execute(insert(OutboxMessageRow), rows)
    await run_sql(live.engine, "UPDATE outbox_messages SET payload = '{' WHERE id = 1")
    bot = FakeBot()

    async with relaying(live.engine, bot) as relay:
        await relay.relay()

    assert (["hola"], 0) == (bot.sent, await left(live.engine))
    assert 3 == sum("of the outbox" in line for line in caplog.messages)


@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_every_so_often(live: LiveEconomy, sleep: FakeSleep) -> None:
    """The relay looks at its start, and again while it runs."""
    bot = FakeBot()
    async with relaying(live.engine, bot) as relay:
        running = asyncio.create_task(relay.run())
        await stored(live.engine, "hola")
        await until(lambda: bot.sent)
        running.cancel()
        await asyncio.wait([running])

    assert ["hola"] == bot.sent
