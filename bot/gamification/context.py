"""What every use case of the economy needs: a transaction, the rules in force, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.cache import TtlCache
from bot.gamification.config import ConfigDefinition, ConfigReader, EconomyConfig
from bot.gamification.problems import ProblemLog
from bot.gamification.rewards.catalogue import Catalogue, read_catalogue


@dataclass(frozen=True, slots=True)
class EconomyContext:
    """The economy at one moment, inside one transaction; days are those of UTC."""

    connection: AsyncConnection
    config: EconomyConfig
    catalogue: Catalogue
    now: datetime


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class RulesCache:
    """The rules in force: settings and rewards, read at most every few seconds."""

    def __init__(self, defaults: ConfigDefinition, clock: Callable[[], datetime] = utc_now) -> None:
        """`defaults` stand in for settings that are NULL; `clock` gives the time of every move."""
        self.problems = ProblemLog()
        self._config = TtlCache(ConfigReader(defaults).read)
        self._catalogue = TtlCache(read_catalogue)
        self._clock = clock

    async def economy(self, connection: AsyncConnection) -> EconomyContext:
        """Return the economy as it stands, for one transaction."""
        config = await self._config.get(connection)
        catalogue = await self._catalogue.get(connection)
        self.problems.name("settings", config.problems)
        self.problems.name("rewards", catalogue.problems)
        return EconomyContext(connection, config, catalogue, self._clock())

    def invalidate(self) -> None:
        """Read all rules again: an admin has just changed one here."""
        self._config.invalidate()
        self._catalogue.invalidate()
