"""Lock that ends with the process which holds it, on a PostgreSQL connection of its own."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.engine import create_engine

if TYPE_CHECKING:
    from bot.database.postgresql import BoundedConnection

#: Seconds that the server gets for one answer.
PATIENCE: Final = 5.0
#: A server asks after 10 idle seconds whether we are still there, and frees the lock of whoever has
#: not said so 15 seconds later: otherwise a machine without power would hold it for two hours.
_KEEPALIVE: Final = text(
    "SELECT set_config('tcp_keepalives_idle', '10', false),"
    " set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)


class SessionLock:
    """An advisory lock of a session, which one process has at a time.

    Methods raise what the driver raises when the connection has gone, and the lock with it.
    """

    def __init__(self, connection: AsyncConnection, name: str, *, is_pooled: bool) -> None:
        """Take the lock called `name`; behind a pooler (`is_pooled`) nobody can."""
        self._connection = connection
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        self.is_pooled = is_pooled

    async def take(self) -> bool:
        """Return whether it is ours now. A session must not ask again once it has the lock."""
        statement = text("SELECT pg_try_advisory_lock(:key)")
        return bool(await self._connection.scalar(statement, {"key": self._key}))

    async def check(self) -> None:
        """Return once the server has answered on the connection which holds the lock."""
        await self._connection.execute(text("SELECT 1"))


@asynccontextmanager
async def session_lock(url: URL, name: str) -> AsyncIterator[SessionLock]:
    """Connect for a lock called `name`, which nobody has yet; leaving the block frees it.

    Raises what the driver raises when the server cannot be reached.
    """
    engine = create_engine(url, timeout=PATIENCE, pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            raw = await connection.get_raw_connection()
            driver = cast("BoundedConnection", raw.driver_connection)
            await driver.meet()
            if not driver.is_pooled:
                await connection.execute(_KEEPALIVE)
            yield SessionLock(connection, name, is_pooled=driver.is_pooled)
    finally:
        await engine.dispose()
