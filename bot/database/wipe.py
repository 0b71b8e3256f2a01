"""Deletion of all rows; the schema stays."""

from typing import Final

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import catalogue
from bot.database.base import Base
from bot.database.errors import translate_errors
from bot.database.revision import current_revision
from bot.database.transaction import exclusive_transaction

#: Seconds to wait for the lock: longer than any update of a running bot writes.
LOCK_TIMEOUT: Final = 5.0


async def wipe(engine: AsyncEngine, *, lock_timeout: float = LOCK_TIMEOUT) -> int:
    """Delete every row of every table of ours, in one transaction; return how many there were.

    Raises `DatabaseLocked` when another process holds the lock for longer than `lock_timeout`
    seconds, and `SchemaError` when a newer release may have tables that we do not know.
    """
    with translate_errors("The wipe"):
        async with exclusive_transaction(engine, lock_timeout) as connection:
            await current_revision(connection)
            deleted = await _delete_all(connection)
            await connection.commit()
    return deleted


async def _delete_all(connection: AsyncConnection) -> int:
    deleted = 0
    full = text(catalogue.full(connection.dialect.name))
    existing = catalogue.read(str(await connection.scalar(full)))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in existing:
            deleted += (await connection.execute(delete(table))).rowcount
    return deleted
