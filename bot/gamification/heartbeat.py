"""Heartbeat of the running bot, by which its absences are known, and deadlines that wait for it.

Every process records each minute that it is there, in one row for all of them; a kill, an outage of
the database and an idle night look like what they are. Whoever finds the row to be old puts the
deadlines off that were open when the bot was last seen. With each beat goes what was seen in chats
too long ago.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from sqlalchemy import bindparam, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.backoff import end, persistently
from bot.database.constructs import as_moment, as_stored, insert, later
from bot.database.engine import for_writing
from bot.database.errors import DatabaseError, translate_errors
from bot.gamification.context import utc_now
from bot.gamification.messages import forget_old
from bot.gamification.models import HeartbeatRow, UserRewardRow
from bot.gamification.stored import read_moment
from bot.gamification.types import UserRewardStatus

logger = logging.getLogger(__name__)

#: Seconds between two beats, and after one that failed.
INTERVAL: Final = 60.0
RETRY_AFTER: Final = 5.0
#: Nobody was there for so long: some beats were missed, and not just one that came late.
ABSENCE: Final = timedelta(minutes=3)
#: Deadlines beyond are for ever, and PostgreSQL could not add to some.
_FOR_EVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


class Heartbeat:
    """Beats from its first moment to its last, in the background."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Callable[[], datetime] = utc_now,
        interval: float = INTERVAL,
    ) -> None:
        """Beat on `engine` every `interval` seconds, with the time that `clock` gives."""
        self._engine = for_writing(engine)
        self._clock = clock
        self._interval = interval
        self._succeeded = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Beat once: deadlines are put off before the first update is handled."""
        self._succeeded = await self._beat()
        self._task = asyncio.create_task(persistently(self._go_on))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        if self._task:
            await end(self._task)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._interval if self._succeeded else RETRY_AFTER)
            self._succeeded = await self._beat()

    async def _beat(self) -> bool:
        """Beat; return False when the database is away, which counts as an absence."""
        try:
            with translate_errors("The heartbeat"):
                async with self._engine.begin() as connection:
                    absence = await beat(connection, self._clock())
                    await forget_old(connection, self._clock())
        except DatabaseError as error:
            logger.warning("%s", error)
            return False
        if absence:
            logger.info(
                "the bot was away for %s; open rewards can be claimed as much later", absence
            )
        return True


async def beat(connection: AsyncConnection, now: datetime) -> timedelta | None:
    """Record that the bot is there, and put deadlines off if it was away: return for how long."""
    stored = await connection.scalar(select(as_stored(HeartbeatRow.seen_at)))
    statement = insert(connection.dialect.name, HeartbeatRow).values(id=1, seen_at=now)
    column = as_stored(HeartbeatRow.seen_at)
    # Of several processes that have found the same old row, one puts the deadlines off.
    is_as_read = column.is_not_distinct_from(bindparam("read", stored, type_=column.type))
    result = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[HeartbeatRow.id], set_={"seen_at": now}, where=is_as_read
        )
    )
    seen_at = read_moment(stored)
    if seen_at is None or result.rowcount == 0 or now - seen_at < ABSENCE:
        return None
    await _put_off(connection, seen_at, now - seen_at)
    return now - seen_at


async def last_seen(engine: AsyncEngine) -> datetime | None:
    """Return when a bot was last at work; None when none ever was, or its table is not there."""
    name = HeartbeatRow.__tablename__
    async with engine.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table(name)):
            return None
        return read_moment(await connection.scalar(select(as_stored(HeartbeatRow.seen_at))))


async def _put_off(connection: AsyncConnection, seen_at: datetime, absence: timedelta) -> None:
    """Add the absence to each deadline that ran when the bot was last seen."""
    expires_at = as_moment(UserRewardRow.expires_at)
    await connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.status != UserRewardStatus.CLAIMED,
            as_moment(UserRewardRow.unlocked_at) <= seen_at,
            expires_at > seen_at,
            expires_at < _FOR_EVER,
        )
        .values(
            expires_at=later(UserRewardRow.expires_at, absence), status=UserRewardStatus.UNLOCKED
        )
    )
