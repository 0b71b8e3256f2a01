"""Databases that fail under a bot that polls: each update waits, and is paid once."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from bot.database.engine import create_engine
from bot.database.url import parse_database_url, sqlite_file
from bot.monitoring.health import Health
from bot.telegram.client import Backoff
from bot.telegram.errors import process_update
from bot.telegram.failures import failures_of
from tests.support.economy import count_rows
from tests.support.live_bot import LiveBot, live_bot
from tests.support.seeded import opened
from tests.support.updates import reaction, user
from tests.support.waiting import until, until_async

pytestmark = pytest.mark.seeded
REACTIONS = 30


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.02))


class Operator:
    """Somebody with a connection of their own."""

    def __init__(self, url: str) -> None:
        """Connect to `url` each time."""
        self._url = url

    async def run(self, *statements: str) -> None:
        """Run statements, `{database}` being the database's name."""
        async with self.connected() as connection:
            name = await connection.fetchval("SELECT current_database()")
            for statement in statements:
                await connection.execute(statement.format(database=name))

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        """Give the connection, in no transaction."""
        connection = await asyncpg.connect(self._url)
        try:
            yield connection
        finally:
            await connection.close()

    async def is_alone(self) -> bool:
        """Return whether nobody else is connected."""
        async with self.connected() as connection:
            others = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return not others

    async def cut(self) -> None:
        """End every connection but ours."""
        await self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def operator(postgresql_url: str) -> Operator:
    """Give somebody with the rights to spoil everything."""
    return Operator(postgresql_url)


@pytest.fixture
async def on_postgresql(postgresql_url: str) -> AsyncIterator[LiveBot]:
    """Run the whole bot on a PostgreSQL database of its own."""
    async with opened(postgresql_url) as engine:
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE bot_config SET max_reactions_per_day = 1000"))
        async with live_bot(engine) as bot:
            yield bot


def react(bot: LiveBot, count: int = REACTIONS) -> None:
    """Let Ana react to so many messages."""
    telegram = bot.server.telegram
    for number in range(count):
        message = telegram.say(telegram.luis, telegram.group, f"message {number}")
        telegram.react(telegram.ana, telegram.group, message.message_id, ["👍"])


async def paid(bot: LiveBot) -> int:
    """Wait until all is confirmed, and return how many reactions were paid."""
    await bot.settle()
    return await count_rows(bot.engine, "transactions", "type = 'REACTION'")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what an operator is warned of, in short."""
    lines = [one.message for one in caplog.records if one.levelname in {"WARNING", "ERROR"}]
    return [re.sub(r"\d+", "n", line.partition(":")[0]) for line in lines]


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


async def test_read_only_for_a_while(
    on_postgresql: LiveBot, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    """While nobody may write all updates wait; the operator reads it once, and once loudly."""
    await operator.run("ALTER DATABASE {database} SET default_transaction_read_only = on")
    await operator.cut()
    react(on_postgresql)
    failures = failures_of(on_postgresql.dispatcher)
    reason = await until(lambda: failures.stuck)
    unpaid = await count_rows(on_postgresql.engine, "transactions")
    await operator.run(
        "SET default_transaction_read_only = off",
        "ALTER DATABASE {database} RESET default_transaction_read_only",
    )

    assert (0, REACTIONS) == (unpaid, await paid(on_postgresql))
    assert "read-only transaction" in reason
    assert failures.stuck is None
    assert [
        "update n waits for the database",
        "no update has been handled for n attempts in a row (ReadOnlySQLTransactionError",
    ] == warnings(caplog)


async def test_statement_timeout(
    on_postgresql: LiveBot, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    """A row that somebody holds for longer than a statement may take delays, and costs nothing."""
    react(on_postgresql, 1)
    await paid(on_postgresql)
    await operator.run("ALTER DATABASE {database} SET statement_timeout = '100ms'")
    await operator.cut()
    failures = failures_of(on_postgresql.dispatcher)
    async with operator.connected() as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM user_gamification_profiles FOR UPDATE")
        react(on_postgresql)
        await until(lambda: failures.stuck)

    assert REACTIONS + 1 == await paid(on_postgresql)
    assert ["update n waits for the database"] == warnings(caplog)[:1]
    assert 2 == len(warnings(caplog))


async def test_statement_of_sqlite_that_takes_too_long(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A statement that works and works is ended, and what it would have paid is paid later."""
    engine = create_engine(parse_database_url(sqlite_url), timeout=0.1)
    file = sqlite_file(engine.url)
    assert file is not None
    async with live_bot(engine) as bot:
        with closing(sqlite3.connect(file)) as operator:
            operator.execute(
                "CREATE TRIGGER slow AFTER INSERT ON transactions BEGIN SELECT count(*) FROM"
                " sqlite_master a, sqlite_master b, sqlite_master c, sqlite_master d; END"
            )
            react(bot, 3)
            await until(lambda: failures_of(bot.dispatcher).stuck)
            operator.execute("DROP TRIGGER slow")

        assert 3 == await paid(bot)
    assert ["update n waits for the database"] == warnings(caplog)[:1]
    await engine.dispose()


async def test_lock_timeout(on_postgresql: LiveBot, operator: Operator) -> None:
    """A lock that is not to be had in time delays, and costs nothing."""
    await operator.run("ALTER DATABASE {database} SET lock_timeout = '50ms'")
    await operator.cut()
    failures = failures_of(on_postgresql.dispatcher)
    async with operator.connected() as connection, connection.transaction():
        await connection.execute("LOCK TABLE transactions IN EXCLUSIVE MODE")
        react(on_postgresql)
        await until(lambda: failures.stuck)

    assert REACTIONS == await paid(on_postgresql)


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


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        ("ALTER TABLE user_reactions RENAME TO r", "ALTER TABLE r RENAME TO user_reactions"),
        (
            "ALTER TABLE transactions RENAME COLUMN reference TO r",
            "ALTER TABLE transactions RENAME COLUMN r TO reference",
        ),
        (
            "ALTER TABLE transactions DROP CONSTRAINT uq_transactions_reference",
            "ALTER TABLE transactions ADD CONSTRAINT uq_transactions_reference UNIQUE (reference)",
        ),
        (
            "ALTER TABLE transactions ADD COLUMN mine text NOT NULL",
            "ALTER TABLE transactions DROP COLUMN mine",
        ),
    ],
)
async def test_part_of_the_schema_is_gone(
    on_postgresql: LiveBot, operator: Operator, spoil: str, mend: str
) -> None:
    """Whoever broke it can mend it, and then every reaction is paid."""
    failures = failures_of(on_postgresql.dispatcher)
    await operator.run(spoil)
    react(on_postgresql)
    await until(lambda: failures.stuck)
    await operator.run(mend)

    assert REACTIONS == await paid(on_postgresql)
    assert failures.stuck is None


def overwrite(file: Path, content: bytes) -> None:
    """Write over a file from its beginning; at no moment is it shorter."""
    with file.open("r+b") as opened_file:
        opened_file.write(content)


async def close_connections(engine: AsyncEngine) -> None:
    """Close all that are open, once nobody is at work: one in use would be nobody's to close."""
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    await until(lambda: pool.checkedout() == 0)
    await engine.dispose()


async def test_damaged_file(bot: LiveBot, caplog: pytest.LogCaptureFixture) -> None:
    """Updates wait while SQLite cannot read the file, and are paid once it is whole again."""
    await close_connections(bot.engine)
    file = Path(str(bot.engine.url.database))
    whole = await asyncio.to_thread(file.read_bytes)
    await asyncio.to_thread(overwrite, file, whole[:4096] + b"\xff" * (len(whole) - 4096))
    failures = failures_of(bot.dispatcher)
    react(bot, 5)
    reason = await until(lambda: failures.stuck)
    await asyncio.to_thread(overwrite, file, whole)

    assert 5 == await paid(bot)
    assert "DatabaseError: database disk image is malformed" == reason
    assert ["update n waits for the database"] == warnings(caplog)[:1]
    assert 2 == len(warnings(caplog))
