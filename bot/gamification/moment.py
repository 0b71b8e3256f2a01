"""What every use case of the economy needs: a transaction, the rules in force, and the time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.config import EconomyConfig
from bot.gamification.rewards.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Economy:
    """The economy at one moment, inside one transaction; days are those of UTC."""

    connection: AsyncConnection
    config: EconomyConfig
    catalogue: Catalogue
    now: datetime
