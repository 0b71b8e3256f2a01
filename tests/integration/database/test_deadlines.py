"""Ends of waits for a PostgreSQL that does not answer, and connections that died unnoticed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import postgresql as connections
from bot.database.engine import create_engine
from bot.database.errors import is_starting, is_unavailable, reason
from bot.database.transaction import exclusive_transaction
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.monitoring.health import Health
from bot.seeding import Outcome, lock
from tests.support.proxy import Proxy
from tests.support.waiting import until

#: Seconds: what a statement gets where that must run out, and where it must not.
SHORT, LONG = 0.3, 600.0


@pytest.fixture
async def proxy(postgresql: Any) -> AsyncIterator[Proxy]:
    """Stand between the bot and the server."""
    folder = postgresql.get_uri().partition("host=")[2]
    async with Proxy(f"{folder}/.s.PGSQL.5432") as proxy:
        yield proxy


@asynccontextmanager
async def opened(proxy: Proxy, postgresql_url: str, timeout: float) -> AsyncIterator[AsyncEngine]:
    """Open the test's database through the proxy."""
    name = parse_database_url(postgresql_url).database
    address = f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"
    engine = create_engine(parse_database_url(address), timeout=timeout)
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
async def hasty(proxy: Proxy, postgresql_url: str) -> AsyncIterator[AsyncEngine]:
    """Open it with little patience."""
    async with opened(proxy, postgresql_url, SHORT) as engine:
        yield engine


async def ask(connection: AsyncConnection) -> None:
    """Execute a statement that SQLAlchemy prepares."""
    await connection.execute(text("SELECT 1"))


async def ask_many(connection: AsyncConnection) -> None:
    """Execute one for several rows."""
    await connection.execute(text("SELECT CAST(:a AS int)"), [{"a": 1}, {"a": 2}])


@pytest.mark.parametrize("work", [ask, ask_many, AsyncConnection.commit, AsyncConnection.rollback])
async def test_no_answer_ends_the_wait(proxy: Proxy, hasty: AsyncEngine, work: Any) -> None:
    """Whatever waits for an answer ends, says why, and the next connection is a new one."""
    async with asyncio.timeout(10):
        async with hasty.connect() as connection:
            await ask(connection)
            proxy.swallow()
            with pytest.raises(DBAPIError) as caught:
                await work(connection)
        with pytest.raises(TimeoutError, match=r"no answer within 0\.3 s"):
            await hasty.connect()
        proxy.flow()
        async with hasty.begin() as connection:
            await ask(connection)

    assert "no answer within 0.3 s" == reason(caught.value)
    assert (True, True) == (is_unavailable(caught.value), is_starting(caught.value))


async def test_patience_of_a_start_ends_with_it(proxy: Proxy, hasty: AsyncEngine) -> None:
    """The long limit of the lock's transaction is none for what comes after it."""
    async with exclusive_transaction(hasty, LONG) as connection:
        await ask(connection)
    async with asyncio.timeout(10), hasty.connect() as connection:
        proxy.swallow()
        with pytest.raises(DBAPIError, match="no answer"):
            await ask(connection)
    proxy.flow()


async def test_slow_statement_is_cancelled(hasty: AsyncEngine, postgresql: Any) -> None:
    """A statement that takes too long does not go on in the server."""
    with pytest.raises(DBAPIError, match="no answer"):
        async with hasty.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(600)"))

    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE {}"
    await until(lambda: " 0\n" in postgresql.psql(sleeping.format("'SELECT pg_sleep(%'")))


async def test_closing_does_not_wait(proxy: Proxy, postgresql_url: str) -> None:
    """Nobody says goodbye to us any more, in the pool or at work."""
    async with asyncio.timeout(10), opened(proxy, postgresql_url, LONG) as engine:
        async with AsyncExitStack() as stack:
            for _ in range(5):
                await ask(await stack.enter_async_context(engine.connect()))
        async with engine.connect() as connection:
            working = asyncio.create_task(ask(connection))
            proxy.swallow()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def test_health_answers_in_time(proxy: Proxy, postgresql_url: str) -> None:
    """Whoever asks for our health need not wait as long as a statement may."""
    async with opened(proxy, postgresql_url, LONG) as engine:
        health = Health(engine, holds=0, patience=SHORT)
        request = make_mocked_request("GET", "/health")
        before = await health.handle(request)
        proxy.swallow()
        async with asyncio.timeout(SHORT * 5):
            during = await health.handle(request)
        proxy.flow()
        after = await health.handle(request)

    assert [200, 503, 200] == [one.status for one in (before, during, after)]


async def test_connection_that_the_server_ended(hasty: AsyncEngine, postgresql: Any) -> None:
    """A session that ended while nobody used it costs nobody an answer."""
    async with hasty.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    postgresql.psql(f"SELECT pg_terminate_backend({pid});")
    await until(driver.is_closed)

    async with hasty.begin() as connection:
        assert pid != await connection.scalar(text("SELECT pg_backend_pid()"))


async def test_connections_that_the_network_forgot(
    proxy: Proxy, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a pause a connection is asked whether it is one; the others of its age go, too."""
    monkeypatch.setattr(connections, "_PING", SHORT)
    monkeypatch.setattr(connections, "_IDLE", 0)
    async with opened(proxy, postgresql_url, LONG) as engine:
        async with engine.connect() as one, engine.connect() as other:
            await ask(one)
            await ask(other)
        proxy.forget()
        sessions = []
        async with asyncio.timeout(SHORT * 10):
            for _ in range(4):
                async with engine.begin() as connection:
                    sessions.append(await connection.scalar(text("SELECT pg_backend_pid()")))

    assert sessions[:2] == sessions[2:]  # the pool takes turns, and both are kept now


async def test_socket_notices_a_dead_peer(hasty: AsyncEngine) -> None:
    """The kernel probes a silent connection, and ends one that does not confirm what we sent."""
    async with hasty.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        transport = driver._transport  # noqa: SLF001 - it shows it nowhere else
        connected = transport.get_extra_info("socket")
        tcp = socket.IPPROTO_TCP

        assert 1 == connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert 30 == connected.getsockopt(tcp, socket.TCP_KEEPIDLE)
        assert 300 == connected.getsockopt(tcp, socket.TCP_USER_TIMEOUT)


async def test_dead_peer_beside_a_long_statement(proxy: Proxy, postgresql_url: str) -> None:
    """A server confirms what it got however long it works on it, so nobody waits an hour for it."""
    async with opened(proxy, postgresql_url, 3600) as engine, engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        connected = driver._transport.get_extra_info("socket")  # noqa: SLF001 - as above

        assert 30_000 == connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


async def test_transaction_does_not_outlive_us(
    proxy: Proxy, hasty: AsyncEngine, postgresql_url: str
) -> None:
    """Rows that a bot had locked when the network cut it off are free again soon."""
    async with opened(proxy, postgresql_url, LONG) as direct, hasty.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
        async with asyncio.timeout(10), direct.begin() as other:  # and we say nothing
            await other.execute(text("SELECT pg_advisory_xact_lock(1)"))
        with pytest.raises(DBAPIError):
            await ask(connection)


async def test_lock_does_not_outlive_us(
    proxy: Proxy, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start need not wait for one whom the network has cut off."""
    monkeypatch.setattr(lock, "LONGEST_SILENCE", SHORT)
    async with (
        opened(proxy, postgresql_url, LONG) as engine,
        exclusive_transaction(engine, 10) as lost,
        exclusive_transaction(engine, 10) as connection,
    ):
        await ask(connection)
        await lost.invalidate()


async def test_role_with_a_statement_timeout(
    postgresql: Any, postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A limit for slow queries is no limit for the wait for the lock, nor for what follows."""
    caplog.set_level("INFO")
    name = parse_database_url(postgresql_url).database
    postgresql.psql(f"ALTER DATABASE {name} SET statement_timeout = '200ms';")
    engine = create_engine(parse_database_url(postgresql_url))
    async with exclusive_transaction(engine, 10) as connection:
        await connection.execute(text("SELECT pg_sleep(0.3)"))
        starting = asyncio.create_task(
            BootstrapService(engine, load_manifest(), lock_timeout=30).run()
        )
        await until(lambda: "to release the database lock" in caplog.text)
        await connection.execute(text("SELECT pg_sleep(0.3)"))
    report = await starting
    await engine.dispose()

    assert Outcome.SEEDED is report.outcome
