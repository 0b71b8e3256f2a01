"""The economy's settings as the bot lives by them: the database's, else the manifest's."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.bootstrap.manifest import ConfigDefaults
from bot.gamification.level_formula import FormulaError, LevelFormula
from bot.gamification.models import BotConfig

logger = logging.getLogger(__name__)

#: Seconds after which a change is read again: well within the promised ten, on every replica.
TIME_TO_LIVE: Final = 5.0


@dataclass(frozen=True, slots=True)
class EconomyConfig:
    """What each event pays, in besitos; the README says what each setting does."""

    level_formula: LevelFormula
    besitos_per_reaction: int
    besitos_daily_gift: int
    besitos_daily_streak_bonus: int
    max_reactions_per_day: int
    besitos_daily_base: int
    besitos_streak_bonus_per_day: int
    besitos_streak_bonus_max: int


class ConfigReader:
    """Reads the settings, at most once per `TIME_TO_LIVE`."""

    def __init__(self, defaults: ConfigDefaults, clock: Callable[[], float] = monotonic) -> None:
        """`defaults` stand in for every setting that is NULL."""
        self._defaults = defaults
        self._clock = clock
        self._cached: EconomyConfig | None = None
        self._read_at = 0.0

    async def read(self, connection: AsyncConnection) -> EconomyConfig:
        """Return the settings, at most `TIME_TO_LIVE` seconds old."""
        now = self._clock()
        if self._cached is None or now - self._read_at >= TIME_TO_LIVE:
            self._cached = await self._load(connection)
            self._read_at = now
        return self._cached

    async def _load(self, connection: AsyncConnection) -> EconomyConfig:
        row = (await connection.execute(_ROW)).one_or_none()
        edited = row._asdict() if row else {}
        values = self._defaults.model_dump() | {
            name: value for name, value in edited.items() if value is not None
        }
        return EconomyConfig(**{**values, "level_formula": self._formula(values["level_formula"])})

    def _formula(self, text: str) -> LevelFormula:
        if self._cached and self._cached.level_formula.text == text:
            return self._cached.level_formula
        try:
            return LevelFormula(text)
        except FormulaError as error:
            # Only SQL by hand gets a bad formula past the admin panel. Levels follow from the
            # ledger and can be computed again; stopping every payment for one would be worse.
            logger.error("bot_config.level_formula: %s Until then the default applies.", error)  # noqa: TRY400 - the sentence says it all
            return LevelFormula(self._defaults.level_formula)


_ROW = select(*(getattr(BotConfig, name) for name in ConfigDefaults.model_fields)).where(
    BotConfig.id == 1
)
