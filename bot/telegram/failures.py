"""Updates that fail: which of them wait, which are put aside, and when the bot is stuck."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiogram import Dispatcher
from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import for_writing
from bot.database.errors import is_content_refused, is_unavailable, kind, reason
from bot.database.liveness import probe
from bot.gamification.context import utc_now
from bot.gamification.failed_updates import FailedUpdate, put_aside
from bot.logs import redacted
from bot.telegram.lanes import lane_of
from bot.telegram.texts.formatting import without_controls

logger = logging.getLogger(__name__)

#: Failures of one update with the database well each time, after which it is put aside.
MOST_TRIES: Final = 5
#: Failures in a row after which the bot counts as stuck.
STUCK_AFTER: Final = 5
#: Members whose updates were put aside with none handled in between, after which it is hardly their
#: fault; and failures of one update from then on, for an operator to see it before many are.
MOST_IN_A_ROW: Final = 3
MOST_TRIES_IN_DOUBT: Final = 50
#: Updates and reasons that are remembered; Telegram may never send some of them again.
_MOST_REMEMBERED: Final = 1000
_LONGEST_ERROR: Final = 1000


@dataclass(slots=True)
class _Tries:
    """How often one update has failed, and how often of these the database was well."""

    first_failed_at: datetime
    attempts: int = 0
    database_well: int = 0
    reasons: set[str] = field(default_factory=set)


class UpdateFailures:
    """Counts what fails, says it once, and decides when an update may be confirmed unhandled."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime] = utc_now) -> None:
        """Put updates aside in the database of `engine`."""
        self._engine = for_writing(engine)
        self._clock = clock
        self._tries: dict[int, _Tries] = {}
        self._reasons: set[str] = set()
        self._in_a_row = 0
        self._last_reason = ""
        self._suspects: set[Hashable] = set()
        self._stuck = False

    @property
    def stuck(self) -> str | None:
        """Why no update has been handled for long; None while all is well."""
        return self._last_reason if self._stuck else None

    def succeeded(self, update_id: int) -> None:
        """Take note that an update is handled, and so that the bot is well."""
        self._tries.pop(update_id, None)
        self._suspects.clear()
        self._end_of_row()

    @property
    def in_a_row(self) -> int:
        """Failures since an update was last handled; those that happen at once are one."""
        return self._in_a_row

    async def failed(self, update: Update, error: Exception, in_a_row: int | None = None) -> bool:
        """Count a failure; return True when the update was put aside and may be confirmed.

        A failure that is the database's own never puts an update aside, however often it comes.
        `in_a_row` is what it was when the attempt began: of all that were at work when the
        database went away, one counts.
        """
        tries = self._count(update.update_id)
        if in_a_row is None or in_a_row == self._in_a_row:
            self._in_a_row += 1
        self._tell(update, tries, error)
        if await self._is_poison(tries, error) and await self._put_aside(update, tries, error):
            return True
        if self._in_a_row >= STUCK_AFTER:
            self._become_stuck()
        return False

    def _count(self, update_id: int) -> _Tries:
        tries = self._tries.setdefault(update_id, _Tries(self._clock()))
        tries.attempts += 1
        if len(self._tries) > _MOST_REMEMBERED:
            del self._tries[next(iter(self._tries))]
        return tries

    def _tell(self, update: Update, tries: _Tries, error: Exception) -> None:
        """Log a reason once for an update, and once for all while none is handled."""
        self._last_reason = why = _worded(error)
        if why in tries.reasons or why in self._reasons:
            return
        tries.reasons.add(why)
        if len(self._reasons) < _MOST_REMEMBERED:
            self._reasons.add(why)
        if _is_the_databases(error):
            logger.warning("update %d waits for the database: %s", update.update_id, why)
        else:
            logger.error(
                "update %d failed, changed nothing and comes again: %s",
                update.update_id,
                why,
                exc_info=error,
            )

    async def _is_poison(self, tries: _Tries, error: Exception) -> bool:
        if _is_the_databases(error):
            return False
        is_doubtful = len(self._suspects) >= MOST_IN_A_ROW
        if is_content_refused(error) and not is_doubtful:
            return True
        try:
            await probe(self._engine)
        except Exception:  # noqa: BLE001 - whatever it is, the database is not well
            return False
        tries.database_well += 1
        return tries.database_well >= (MOST_TRIES_IN_DOUBT if is_doubtful else MOST_TRIES)

    async def _put_aside(self, update: Update, tries: _Tries, error: Exception) -> bool:
        try:
            await put_aside(
                self._engine,
                FailedUpdate(
                    update_id=update.update_id,
                    content=update.model_dump(mode="json", by_alias=True, exclude_none=True),
                    error=_worded(error),
                    attempts=tries.attempts,
                    first_failed_at=tries.first_failed_at,
                    last_failed_at=self._clock(),
                ),
            )
        except Exception as obstacle:  # noqa: BLE001 - whatever it is, the update must wait
            self._tell_obstacle(update, tries, _worded(obstacle))
            return False
        logger.error(
            "update %d is put aside after %d attempts (%s); `python main.py updates` lists it",
            update.update_id,
            tries.attempts,
            _worded(error),
        )
        self._tries.pop(update.update_id, None)
        self._suspects.add(lane_of(update))
        if len(self._suspects) < MOST_IN_A_ROW:
            self._end_of_row()
        else:
            self._become_stuck()
        return True

    def _tell_obstacle(self, update: Update, tries: _Tries, why: str) -> None:
        line = f"update {update.update_id} could not be put aside and waits: {why}"
        if line not in tries.reasons:
            tries.reasons.add(line)
            logger.warning("%s", line)

    def _end_of_row(self) -> None:
        if self._stuck:
            logger.info("updates are handled again after %d failed attempts", self._in_a_row)
        self._in_a_row = 0
        self._stuck = False
        self._reasons.clear()

    def _become_stuck(self) -> None:
        if not self._stuck:
            logger.error(
                "no update has been handled for %d attempts in a row (%s); put that right, the bot "
                "goes on trying and loses none; until then GET /health answers 503",
                self._in_a_row,
                self._last_reason,
            )
        self._stuck = True


def failures_of(dispatcher: Dispatcher) -> UpdateFailures:
    """Return the failures that a dispatcher was built with."""
    failures: UpdateFailures = dispatcher["failures"]
    return failures


def _is_the_databases(error: Exception) -> bool:
    # An OSError that names a file is that of one which a handler opens.
    return is_unavailable(error) and getattr(error, "filename", None) is None


def _worded(error: BaseException) -> str:
    """Return kind and reason of an error in one line, without secrets."""
    said = without_controls(redacted(reason(error)))
    words = said if said == kind(error) else f"{kind(error)}: {said}"
    return words.encode(errors="replace").decode()[:_LONGEST_ERROR]
