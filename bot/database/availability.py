"""Wait for a database that is still starting, for a bounded time."""

import asyncio
import logging
import random

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.address import describe, sqlite_file
from bot.database.errors import DatabaseError, DatabaseUnavailable, is_starting, reason

logger = logging.getLogger(__name__)

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
#: Seconds that a host which neither answers nor refuses gets for one attempt.
_PATIENCE = 5.0


async def wait_for_database(engine: AsyncEngine, *, timeout: float) -> None:
    """Return once the database takes a connection.

    Asks again with growing pauses while nobody answers, for at most `timeout` seconds; only a
    host that neither answers nor refuses gets a few seconds in any case.

    Raises `DatabaseUnavailable` after that, and `DatabaseError` at once for anything that
    waiting cannot mend, such as a wrong password.
    """
    if (path := sqlite_file(engine.url)) and not path.absolute().parent.is_dir():
        raise DatabaseError(
            f"The folder {path.parent} for the SQLite file does not exist; create it or correct "
            "DATABASE_URL."
        )
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    pause = _FIRST_PAUSE
    while True:
        try:
            async with asyncio.timeout(_PATIENCE), engine.connect():
                return
        except (DBAPIError, OSError) as error:
            failure = error
        if not is_starting(failure):
            raise DatabaseError(
                f"The database {describe(engine.url)} refuses the connection "
                f"({reason(failure)}); correct DATABASE_URL or the database's permissions."
            ) from failure
        if loop.time() >= deadline:
            waited = f" within {timeout:g} s" if timeout else ""
            raise DatabaseUnavailable(
                f"The database {describe(engine.url)} did not answer{waited} "
                f"({reason(failure)}); start it or correct DATABASE_URL."
            ) from failure
        logger.info("waiting for the database %s: %s", describe(engine.url), reason(failure))
        jitter = random.uniform(0.5, 1)  # noqa: S311 - only spreads the load
        await asyncio.sleep(min(pause * jitter, max(deadline - loop.time(), 0)))
        pause = min(pause * 2, _LONGEST_PAUSE)
