"""Deletion of all rows; the schema stays."""

from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import catalogue
from bot.database.base import Base
from bot.database.errors import translate_errors
from bot.database.schema import AlembicSchema
from bot.database.transaction import exclusive_transaction
from bot.seeding.lock import retried

#: Seconds to wait for the lock: longer than any update of a running bot writes.
LOCK_TIMEOUT: Final = 5.0
_ACCOUNTS: Final = "user_gamification_profiles"


async def wipe(engine: AsyncEngine, *, lock_timeout: float = LOCK_TIMEOUT) -> int:
    """Delete every row of every table of ours, in one transaction; return how many there were.

    Raises `DatabaseLocked` when another process holds the lock for longer than `lock_timeout`
    seconds, and `SchemaError` when a newer release may have tables that we do not know.
    """

    async def once() -> int:
        async with exclusive_transaction(engine, lock_timeout) as connection:
            await AlembicSchema(connection.dialect.name).current(connection)
            deleted = await _delete_all(connection)
            await connection.commit()
            return deleted

    with translate_errors("The wipe"):
        return await retried(once, lock_timeout)


async def _delete_all(connection: AsyncConnection) -> int:
    existing = await connection.run_sync(catalogue.read)
    tables = [one for one in reversed(Base.metadata.sorted_tables) if one.name in existing]
    if connection.dialect.name == "postgresql" and tables:
        # Members act on: what they write between two statements would refer to what is gone. Each
        # update begins with the account, so that is locked first, and none is met half-way.
        in_order = sorted(tables, key=lambda one: one.name != _ACCOUNTS)
        quoted = map(connection.dialect.identifier_preparer.format_table, in_order)
        await connection.exec_driver_sql(f"LOCK TABLE {', '.join(quoted)} IN EXCLUSIVE MODE")
    return sum([(await connection.execute(delete(table))).rowcount for table in tables])
