"""Connections that are of no use any more: a bot that polls or answers replaces them unnoticed."""

import asyncio

import pytest
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import text

from bot.monitoring.health import Health
from bot.telegram.errors import process_update
from tests.support.live_bot import LiveBot
from tests.support.outages import REACTIONS, Operator, paid, react, warnings
from tests.support.updates import reaction, user
from tests.support.waiting import until_async

pytestmark = [pytest.mark.seeded, pytest.mark.usefixtures("short_pauses")]


async def test_type_of_a_column_changes(
    on_postgresql: LiveBot, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    """Plans that the connection keeps are worth nothing then; nobody notices."""
    react(on_postgresql)
    first = await paid(on_postgresql)
    await operator.run("ALTER TABLE users ALTER COLUMN username TYPE varchar")
    react(on_postgresql)

    assert (REACTIONS, 2 * REACTIONS) == (first, await paid(on_postgresql))
    assert [] == warnings(caplog)


async def test_type_of_a_column_changes_under_many(
    on_postgresql: LiveBot, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    """The same by webhook, where every connection of the pool keeps such plans."""
    bot = on_postgresql

    async def deliver(message_id: int) -> list[bool]:
        updates = [reaction(message_id, user(member)) for member in range(1, REACTIONS + 1)]
        return await asyncio.gather(
            *(process_update(bot.dispatcher, bot.api, update) for update in updates)
        )

    done = await deliver(1)
    await operator.run("ALTER TABLE users ALTER COLUMN username TYPE varchar")
    done += await deliver(2)

    assert [True] * 2 * REACTIONS == done
    assert 2 * REACTIONS == await paid(bot)
    assert {"Notice was refused"} == set(warnings(caplog))  # these members have no chat


async def test_connection_to_a_standby(
    on_postgresql: LiveBot, caplog: pytest.LogCaptureFixture
) -> None:
    """After a failover that ended no connection, a new one leads to who may write."""
    react(on_postgresql, 1)
    await paid(on_postgresql)
    async with on_postgresql.engine.connect() as connection:
        await connection.execute(text("SET default_transaction_read_only = on"))
        await connection.commit()
    react(on_postgresql)

    assert REACTIONS + 1 == await paid(on_postgresql)
    assert [] == warnings(caplog)


async def test_connections_that_die_when_idle(
    on_postgresql: LiveBot, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    """A probe and an update after a long quiet find a dead connection, and nobody hears of it."""
    await operator.run("ALTER DATABASE {database} SET idle_session_timeout = '200ms'")
    await operator.cut()
    health = Health(on_postgresql.engine, holds=0)
    statuses = []
    for _ in range(4):
        statuses.append((await health.handle(make_mocked_request("GET", "/health"))).status)
        await until_async(operator.is_alone)
        react(on_postgresql, 1)
        await on_postgresql.settle()
        await until_async(operator.is_alone)

    assert [200] * 4 == statuses
    async with operator.connected() as connection:
        assert 4 == await connection.fetchval("SELECT count(*) FROM user_reactions")
    assert [] == warnings(caplog)
