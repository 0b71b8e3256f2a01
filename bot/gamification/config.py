"""The economy's settings: what a valid one is, and which are in force."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import AfterValidator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored, raw
from bot.gamification.level_formula import FormulaError, LevelFormula
from bot.gamification.models import BotConfigRow
from bot.gamification.stored import Problem, read_text
from bot.gamification.types import Besitos, Definition, Small, fault


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


class ConfigDefinition(Definition):
    """The economy's settings: what each does is in the README."""

    level_formula: Annotated[str, AfterValidator(_safe_formula)]
    besitos_per_reaction: Besitos
    besitos_daily_gift: Besitos
    besitos_daily_streak_bonus: Besitos
    max_reactions_per_day: Small
    besitos_daily_base: Besitos
    besitos_streak_bonus_per_day: Besitos
    besitos_streak_bonus_max: Besitos


SETTINGS: Final = tuple(ConfigDefinition.model_fields)


def accepts_setting(name: str, value: object) -> bool:
    """Return whether `value`, as the database may have it, is a good one for a setting.

    NULL is none: it stands for the default.
    """
    return fault(ConfigDefinition, name, value) is None


@dataclass(frozen=True, slots=True)
class StoredConfig:
    """The settings that the database has, without those that cannot be used: `problems`.

    `formula` is its own word for `level_formula`, good or not, to be compared in SQL.
    """

    values: dict[str, Any]
    formula: str | bytes | None
    problems: tuple[Problem, ...]


async def read_stored_config(connection: AsyncConnection) -> StoredConfig:
    """Return the settings as the database has them now."""
    row = (await connection.execute(_ROW)).one_or_none()
    if row is None:
        return StoredConfig({}, None, ())
    found = row._asdict() | {"level_formula": read_text(row.level_formula)}
    faults = {
        name: reason
        for name, value in found.items()
        if value is not None and (reason := fault(ConfigDefinition, name, value)) is not None
    }
    return StoredConfig(
        {name: found[name] for name in found if found[name] is not None and name not in faults},
        row.level_formula,
        tuple(
            Problem.of(BotConfigRow.__tablename__, 1, name, found[name], reason)
            for name, reason in faults.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class EconomyConfig:
    """What each event pays, in besitos; the README says what each setting does.

    `stored_formula` is the database's own word for `level_formula`, None for the default;
    `problems` are the settings whose default is in force because the database's cannot be.
    """

    level_formula: LevelFormula
    besitos_per_reaction: int
    besitos_daily_gift: int
    besitos_daily_streak_bonus: int
    max_reactions_per_day: int
    besitos_daily_base: int
    besitos_streak_bonus_per_day: int
    besitos_streak_bonus_max: int
    stored_formula: str | bytes | None = None
    problems: tuple[Problem, ...] = ()


class ConfigReader:
    """Reads the settings in force."""

    def __init__(self, defaults: ConfigDefinition) -> None:
        """`defaults` stand in for every setting that is NULL or nothing that can be used."""
        self._defaults = defaults.model_dump()

    async def read(self, connection: AsyncConnection) -> EconomyConfig:
        """Return the settings as they are now."""
        stored = await read_stored_config(connection)
        values = {**self._defaults, **stored.values}
        formula = _parsed(values["level_formula"])
        assert isinstance(formula, LevelFormula)  # noqa: S101 - both were validated
        return EconomyConfig(
            **{**values, "level_formula": formula},
            stored_formula=stored.formula,
            problems=stored.problems,
        )


_columns = BotConfigRow.__table__.c
_ROW = select(
    *(
        (as_stored if name == "level_formula" else raw)(_columns[name]).label(name)
        for name in SETTINGS
    )
).where(_columns.id == 1)
