"""Databases that fail under a bot that polls: each update waits, and is paid once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from bot.database.engine import create_engine
from bot.database.url import parse_database_url, sqlite_file
from bot.telegram.failures import failures_of
from tests.support.economy import count_rows
from tests.support.live_bot import LiveBot, live_bot
from tests.support.outages import REACTIONS, Operator, paid, react, warnings
from tests.support.waiting import until

pytestmark = [pytest.mark.seeded, pytest.mark.usefixtures("short_pauses")]


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
