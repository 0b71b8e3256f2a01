"""Database opened for a block: waited for while it starts, closed whatever happens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import ClassVar

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backoff import delays
from bot.database.engine import STATEMENT_TIMEOUT, create_engine, create_reading_engine
from bot.database.errors import DatabaseError, DatabaseUnavailable, is_starting, reason
from bot.database.revision import current_revision
from bot.database.sqlite_file import refuse_memory
from bot.database.url import describe, sqlite_file

logger = logging.getLogger(__name__)

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
#: Seconds that a host which neither answers nor refuses gets for one attempt.
_PATIENCE = 5.0


class DoubtfulDatabaseError(DatabaseError):
    """A new database would be made, and the settings say that another one may be meant."""

    exit_code: ClassVar[int] = 2


@asynccontextmanager
async def opened_database(
    url: URL,
    *,
    timeout: float = 0,
    statement_timeout: float = STATEMENT_TIMEOUT,
    create: bool = False,
    doubts: Sequence[str] = (),
) -> AsyncIterator[AsyncEngine]:
    """Give an engine whose database answers; wait for that as `wait_for_database` does.

    Each statement gets `statement_timeout` seconds. A SQLite file that is not there is made to
    `create`, unless there are `doubts`; otherwise it reads as an empty database and stays away.
    One in memory is refused: what a command did there would be lost with it.
    """
    refuse_memory(url)
    refuse_missing_folder(url)
    open_engine = create_engine if create else create_reading_engine
    engine = open_engine(url, timeout=statement_timeout)
    try:
        await wait_for_database(engine, timeout=timeout, doubts=doubts)
        yield engine
    finally:
        await engine.dispose()


async def wait_for_database(
    engine: AsyncEngine, *, timeout: float, doubts: Sequence[str] = ()
) -> None:
    """Return once the database takes a connection.

    Asks again with growing pauses while nobody answers, for at most `timeout` seconds; only a
    host that neither answers nor refuses gets a few seconds in any case.

    Raises `DatabaseUnavailable` after that, and `DatabaseError` at once for anything that
    waiting cannot mend, such as a wrong password; and for one that is new, if there are `doubts`
    whether it is the one that is meant.
    """
    file = sqlite_file(engine.url) if doubts else None
    if file and not file.exists():
        refuse_missing_folder(engine.url)
        raise _doubtful(engine, doubts)
    pauses = delays(first=_FIRST_PAUSE, longest=_LONGEST_PAUSE, timeout=timeout)
    while failure := await _failure(engine):
        pause = next(pauses, None)
        if pause is None:
            waited = f" within {timeout:g} s" if timeout else ""
            raise DatabaseUnavailable(
                f"The database {describe(engine.url)} did not answer{waited} "
                f"({reason(failure)}); start it or correct DATABASE_URL."
            ) from failure
        logger.info("waiting for the database %s: %s", describe(engine.url), reason(failure))
        await asyncio.sleep(pause)
    if doubts and file is None:
        async with engine.connect() as connection:
            if await current_revision(connection) is None:
                raise _doubtful(engine, doubts)


def _doubtful(engine: AsyncEngine, doubts: Sequence[str]) -> DoubtfulDatabaseError:
    file = sqlite_file(engine.url)
    return DoubtfulDatabaseError(
        f"A new database would be made ({file.absolute() if file else describe(engine.url)}), and "
        f"perhaps another one is meant: {'; '.join(doubts)}. Put that right and start again."
    )


def refuse_missing_folder(url: URL) -> None:
    """Raise `DatabaseError` when there is no folder for a SQLite file."""
    if (path := sqlite_file(url)) and not path.absolute().parent.is_dir():
        raise DatabaseError(
            f"The folder {path.parent} for the SQLite file does not exist; create it or correct "
            "DATABASE_URL."
        )


def refuse_missing_file(url: URL) -> None:
    """Raise `DatabaseError` when there is no SQLite file of that name, for who wants no new one."""
    if (path := sqlite_file(url)) and not path.exists():
        raise DatabaseError(
            f"There is no file {path.absolute()}, so there is nothing to look at and nothing was "
            "changed; correct DATABASE_URL."
        )


async def _failure(engine: AsyncEngine) -> Exception | None:
    """Try to connect; return what may pass by itself. Raises `DatabaseError` for all else."""
    try:
        async with asyncio.timeout(_PATIENCE), aclosing(await engine.connect()):
            return None
    except (DBAPIError, OSError) as error:
        if is_starting(error):
            return error
        refuse_missing_folder(engine.url)
        raise DatabaseError(
            f"The database {describe(engine.url)} refuses the connection "
            f"({reason(error)}); correct DATABASE_URL or the database's permissions."
        ) from error
