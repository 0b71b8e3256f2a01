"""What SQL by hand has put where it cannot be: read for whoever asks, and named once in the log."""

import logging
from collections.abc import Hashable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.config import read_stored_config
from bot.gamification.rewards.catalogue import read_catalogue
from bot.gamification.stored import Problem

logger = logging.getLogger(__name__)

#: Places whose problems are remembered; the log of a database with more may name one again.
_MOST_PLACES: Final = 10_000


async def read_problems(connection: AsyncConnection) -> tuple[Problem, ...]:
    """Return each setting and reward that does not count, as the database has them now.

    Members' rows are not looked through, for there may be millions: each is named when its member
    comes.
    """
    config, catalogue = await read_stored_config(connection), await read_catalogue(connection)
    return (*config.problems, *catalogue.problems)


class ProblemLog:
    """Logs each problem when it is first seen, and again when the value has changed."""

    def __init__(self) -> None:
        """Nothing has been named yet."""
        self._named: dict[Hashable, frozenset[Problem]] = {}

    def name(self, place: Hashable, problems: tuple[Problem, ...]) -> None:
        """Log what is new of all `problems` that there are in a place."""
        if not problems:
            self._named.pop(place, None)
            return
        before = self._named.get(place, frozenset())
        for problem in problems:
            if problem not in before:
                logger.error("%s", problem)
        self._named[place] = frozenset(problems)
        if len(self._named) > _MOST_PLACES:
            del self._named[next(iter(self._named))]
