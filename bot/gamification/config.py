"""Settings of the economy: the one declaration of each, and the values in force.

A new setting is declared here; docs/economy.md names the four other places that it takes.
"""

from functools import cached_property, lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

from bot.gamification.level_formula import FormulaError, LevelFormula
from bot.gamification.stored import Problem
from bot.gamification.types import Besitos, Definition, Small, fault
from bot.gamification.zones import UnknownTimezone, load_zone, nearest_zones


def _(text: str) -> str:
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


@lru_cache(maxsize=8)
def _parsed(text: str) -> LevelFormula | FormulaError:
    """Try a formula out once: a good one takes milliseconds, and so does a bad one."""
    try:
        return LevelFormula(text)
    except FormulaError as error:
        return error


def _safe_formula(text: str) -> str:
    parsed = _parsed(text)
    if isinstance(parsed, FormulaError):
        raise ValueError(str(parsed))  # noqa: TRY004 - pydantic's way to refuse a value
    return text


def _known_zone(name: str) -> str:
    if load_zone(name) is None:
        raise ValueError(str(UnknownTimezone(name, nearest_zones(name))))
    return name


class ConfigDefinition(Definition):
    """The settings: each with its bounds, its title and its description, as the admins read it."""

    level_formula: Annotated[str, AfterValidator(_safe_formula)] = Field(
        title=_("Fórmula del nivel"),
        description=_("El nivel de un miembro según lo que ha ganado en total."),
    )
    besitos_per_reaction: Besitos = Field(
        title=_("Por reacción"),
        description=_("Besitos por cada mensaje al que un miembro reacciona."),
    )
    besitos_daily_gift: Besitos = Field(
        title=_("Regalo diario"),
        description=_("Besitos que da /daily."),
    )
    besitos_daily_streak_bonus: Besitos = Field(
        title=_("Extra del regalo por racha"),
        description=_("Se suma al regalo si ayer también se recogió."),
    )
    max_reactions_per_day: Small = Field(
        title=_("Reacciones pagadas al día"),
        description=_("Mensajes por día cuya reacción se paga, como mucho."),
    )
    besitos_daily_base: Besitos = Field(
        title=_("Bono de actividad"),
        description=_("Besitos con la primera reacción de cada día."),
    )
    besitos_streak_bonus_per_day: Besitos = Field(
        title=_("Extra del bono por día"),
        description=_("Se suma al bono de actividad por cada día seguido anterior con reacciones."),
    )
    besitos_streak_bonus_max: Besitos = Field(
        title=_("Extra máximo del bono"),
        description=_("Lo más que la racha puede sumar al bono de actividad."),
    )
    # Has a default, since an operator's own manifest of before knows no time zone.
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC",
        title=_("Zona horaria"),
        description=_("Por su reloj empiezan y acaban los días de la comunidad."),
    )


SETTINGS: Final = tuple(ConfigDefinition.model_fields)
#: Those that are no number.
TEXTS: Final = ("level_formula", "timezone")


def accepts_setting(name: str, value: object) -> bool:
    """Return whether `value`, as the database may have it, is a good one for a setting.

    NULL is none: it stands for the default.
    """
    return fault(ConfigDefinition, name, value) is None


class EconomyConfig(ConfigDefinition):
    """The settings in force.

    `stored_formula` is the database's own word for `level_formula`, None for the default;
    `problems` are the settings whose default is in force because the database's cannot be.
    """

    model_config = ConfigDict(defer_build=True)

    stored_formula: str | bytes | None = None
    problems: tuple[Problem, ...] = ()

    @cached_property
    def formula(self) -> LevelFormula:
        """The level formula, ready to be evaluated."""
        parsed = _parsed(self.level_formula)
        assert isinstance(parsed, LevelFormula)  # noqa: S101 - it was validated
        return parsed
