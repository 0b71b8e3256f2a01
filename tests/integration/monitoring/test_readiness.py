"""Readiness on real databases: what may be written, and in which time it is known."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.monitoring import monitoring_application
from bot.monitoring.arrivals import Arrivals
from bot.monitoring.metrics import Metrics
from bot.monitoring.readiness import Lifecycle, WriteProbe
from tests.support.proxy import Proxy

SHORT, LONG = 0.05, 600.0


async def test_each_obstacle_in_its_turn(engine: AsyncEngine) -> None:
    """Start, silence of Telegram, readiness and stop; what is excluded is not asked."""
    stop, arrivals = asyncio.Event(), Arrivals()
    lifecycle = Lifecycle(stop)
    application = monitoring_application(engine, lifecycle, arrivals, Metrics(), lambda: "stuck")
    async with TestClient(TestServer(application)) as client:

        async def answer(path: str) -> tuple[int, str | None]:
            async with client.get(path) as response:
                return response.status, (await response.json()).get("reason")

        starting = [await answer(path) for path in ("/livez", "/readyz", "/health")]
        lifecycle.started = True
        silent = await answer("/readyz")
        partial = await answer("/readyz?exclude=updates")
        arrivals.seen()
        ready, health = await answer("/readyz"), await answer("/health")
        stop.set()
        stopping = [await answer(path) for path in ("/livez", "/readyz?exclude=updates")]

    why = "the bot is starting: its bootstrap is at work"
    assert [(200, None), (503, why), (503, why)] == starting
    assert ((503, "Telegram has not answered yet"), (200, None)) == (silent, partial)
    # No update would end it, were the bot taken out of a balancer for this.
    assert ((200, None), (503, "stuck")) == (ready, health)
    assert [(200, None), (503, "the bot is stopping")] == stopping


async def test_update_that_holds_up_all(engine: AsyncEngine) -> None:
    """An old update behind which Telegram gives no more is the reason, and not Telegram."""
    now = [0.0]
    lifecycle, arrivals = Lifecycle(asyncio.Event()), Arrivals(clock=lambda: now[0])
    lifecycle.started = True
    application = monitoring_application(engine, lifecycle, arrivals, Metrics(), lambda: None)
    async with TestClient(TestServer(application)) as client:
        arrivals.seen([1])
        arrivals.is_full = True
        statuses = [(await client.get(path)).status for path in ("/readyz", "/health")]
        now[0] = 100
        answers = [await client.get(path) for path in ("/readyz", "/health")]
        reasons = [(await answer.json())["reason"] for answer in answers]

    why = "an update has waited for 100 s, and Telegram gives no more before it is handled"
    assert ([200, 200], [why, why]) == (statuses, reasons)
    assert [503, 503] == [answer.status for answer in answers]


async def test_read_only_server(postgresql: Any, postgresql_url: str) -> None:
    """A standby answers, and takes no besito."""
    url = parse_database_url(postgresql_url)
    engine = create_engine(url)
    probe = WriteProbe(engine, holds=0)
    before = await probe.problem()
    await engine.dispose()
    postgresql.psql(f"ALTER DATABASE {url.database} SET default_transaction_read_only = on;")
    during = await probe.problem()
    await engine.dispose()

    assert (None, "the database is read-only") == (before, during)
    assert probe.seconds > 0


async def test_silent_server(postgresql: Any, postgresql_url: str) -> None:
    """Nobody waits longer than the limit, and however many ask, one connection waits."""
    folder = postgresql.get_uri().partition("host=")[2]
    database = parse_database_url(postgresql_url).database
    async with Proxy(f"{folder}/.s.PGSQL.5432") as proxy:
        address = f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}"
        engine = create_engine(parse_database_url(address), timeout=LONG)
        probe = WriteProbe(engine, holds=0, patience=SHORT)
        proxy.swallow()
        async with asyncio.timeout(10):
            during = [await probe.problem() for _ in range(5)]
        taken = engine.pool.status()
        proxy.flow()
        async with asyncio.timeout(60):
            while await probe.problem() is not None:  # noqa: ASYNC110
                await asyncio.sleep(SHORT)
        probe.close()
        await engine.dispose()

    assert ["the database has not answered within 0.05 s"] * 5 == during
    assert "Current Checked out connections: 1" in taken


async def test_another_process_writes(sqlite_url: str) -> None:
    """While the file is somebody else's for long, nothing can be written."""
    engine = create_engine(parse_database_url(sqlite_url))
    probe = WriteProbe(engine, holds=0, patience=SHORT)
    async with engine.begin():
        pass
    file = str(parse_database_url(sqlite_url).database)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        during = await probe.problem()
        other.execute("ROLLBACK")
    async with asyncio.timeout(60):
        while await probe.problem() is not None:  # noqa: ASYNC110
            await asyncio.sleep(SHORT)
    await engine.dispose()

    assert "the database has not answered within 0.05 s" == during


async def test_figures_are_for_those_who_reach_the_port(engine: AsyncEngine) -> None:
    """What a proxy passes on comes from anywhere; Prometheus chooses the form."""
    metrics = Metrics()
    application = monitoring_application(
        engine, Lifecycle(asyncio.Event()), Arrivals(), metrics, lambda: None
    )
    async with TestClient(TestServer(application)) as client:

        async def answer(**headers: str) -> tuple[int, str]:
            async with client.get("/metrics", headers=headers) as response:
                return response.status, response.headers["Content-Type"]

        proxies = ("Forwarded", "X-Forwarded-For")
        refused = [await answer(**{name: "for=1.2.3.4"}) for name in proxies]
        plain = await answer()
        chosen = await answer(Accept="application/openmetrics-text; version=1.0.0")

    assert [403, 403] == [status for status, _ in refused]
    assert (200, True) == (plain[0], plain[1].startswith("text/plain"))
    assert (200, True) == (chosen[0], chosen[1].startswith("application/openmetrics-text"))
