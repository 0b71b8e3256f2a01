"""The economy's settings as the bot lives by them: the database's, else the manifest's."""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.bootstrap.manifest import ConfigDefaults
from bot.gamification.level_formula import FormulaError, LevelFormula
from bot.gamification.models import BotConfig

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EconomyConfig:
    """What each event pays, in besitos; the README says what each setting does.

    `stored_formula` is the database's own word for `level_formula`, None for the default.
    """

    level_formula: LevelFormula
    besitos_per_reaction: int
    besitos_daily_gift: int
    besitos_daily_streak_bonus: int
    max_reactions_per_day: int
    besitos_daily_base: int
    besitos_streak_bonus_per_day: int
    besitos_streak_bonus_max: int
    stored_formula: str | None = None


class ConfigReader:
    """Reads the settings; a formula is parsed again only when it has changed."""

    def __init__(self, defaults: ConfigDefaults) -> None:
        """`defaults` stand in for every setting that is NULL."""
        self._defaults = defaults
        self._formula = LevelFormula(defaults.level_formula)
        self._refused: str | None = None

    async def read(self, connection: AsyncConnection) -> EconomyConfig:
        """Return the settings as they are now."""
        row = (await connection.execute(_ROW)).one_or_none()
        edited = row._asdict() if row else {}
        values = self._defaults.model_dump() | {
            name: value for name, value in edited.items() if value is not None
        }
        return EconomyConfig(
            **{**values, "level_formula": self._parse(values["level_formula"])},
            stored_formula=edited.get("level_formula"),
        )

    def _parse(self, text: str) -> LevelFormula:
        if text in {self._formula.text, self._refused}:
            return self._formula
        try:
            self._formula = LevelFormula(text)
            self._refused = None
        except FormulaError as error:
            # Only SQL by hand gets a bad formula past the admin panel. Levels follow from the
            # ledger and can be computed again; stopping every payment for one would be worse.
            self._refused = text
            logger.error("%s Until then %r stays in force.", error, self._formula.text)  # noqa: TRY400 - the sentence says it all
        return self._formula


_ROW = select(*(getattr(BotConfig, name) for name in ConfigDefaults.model_fields)).where(
    BotConfig.id == 1
)
