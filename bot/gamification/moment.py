"""What every use case of the economy needs: a transaction, the rules in force, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.cache import Cached
from bot.gamification.config import ConfigDefinition, ConfigReader, EconomyConfig
from bot.gamification.problems import ProblemLog
from bot.gamification.rewards.catalogue import Catalogue, read_catalogue


@dataclass(frozen=True, slots=True)
class Economy:
    """The economy at one moment, inside one transaction; days are those of UTC."""

    connection: AsyncConnection
    config: EconomyConfig
    catalogue: Catalogue
    now: datetime


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Rulebook:
    """The rules in force: settings and rewards, read at most every few seconds."""

    def __init__(self, defaults: ConfigDefinition, clock: Callable[[], datetime] = utc_now) -> None:
        """`defaults` stand in for settings that are NULL; `clock` gives the time of every move."""
        self.problems = ProblemLog()
        self._config = Cached(ConfigReader(defaults).read)
        self._catalogue = Cached(read_catalogue)
        self._clock = clock

    async def economy(self, connection: AsyncConnection) -> Economy:
        """Return the economy as it stands, for one transaction."""
        config = await self._config.get(connection)
        catalogue = await self._catalogue.get(connection)
        self.problems.name("settings", config.problems)
        self.problems.name("rewards", catalogue.problems)
        return Economy(connection, config, catalogue, self._clock())

    def forget(self) -> None:
        """Read all rules again: an admin has just changed one here."""
        self._config.forget()
        self._catalogue.forget()
