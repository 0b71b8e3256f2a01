"""Changes of the economy's settings, by the rules that a manifest has to keep."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import insert
from bot.errors import BesitosError
from bot.gamification.admin.audit import Action, record
from bot.gamification.admin.validation import validated_field, whole_number, without_escapes
from bot.gamification.config import SETTINGS, ConfigDefinition
from bot.gamification.context import EconomyContext, read_stored_config
from bot.gamification.level_formula import LevelFormula
from bot.gamification.models import BotConfigRow
from bot.gamification.releveling import begin_releveling
from bot.gamification.stored import read_text
from bot.gamification.zones import find_zone

LEVEL_FORMULA: Final = "level_formula"
TIMEZONE: Final = "timezone"

_columns = BotConfigRow.__table__.c


class UnknownSetting(BesitosError):
    """There is no setting of that name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force (a number, a formula or a time zone) beside the manifest's default."""

    name: str
    value: int | str
    default: int | str

    @property
    def edited(self) -> bool:
        """Return whether somebody changed it."""
        return self.value != self.default


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting before (None: unset) and after.

    `releveled` members have another level now; None: that takes longer, and the admin is told.
    """

    name: str
    before: int | str | None
    after: int | str
    releveled: int | None = 0


async def read_settings(connection: AsyncConnection, defaults: ConfigDefinition) -> list[Setting]:
    """Return all settings as the database has them now, whatever is cached elsewhere."""
    stored = (await read_stored_config(connection)).values
    return [
        Setting(name, stored.get(name, default), default)
        for name, default in defaults.model_dump().items()
    ]


async def read_setting(
    connection: AsyncConnection, defaults: ConfigDefinition, name: str
) -> Setting:
    """Return one setting. Raises `UnknownSetting`."""
    for setting in await read_settings(connection, defaults):
        if setting.name == name:
            return setting
    raise UnknownSetting(f"There is no setting {name!r}; choose one of the list.")


def parse_setting(name: str, text: str) -> int | str:
    """Read what an admin typed.

    Raises `InvalidValue`, `FormulaError`, `UnknownTimezone` or `UnknownSetting`.
    """
    if name == TIMEZONE:
        return find_zone(without_escapes(text))
    value = without_escapes(text) if name == LEVEL_FORMULA else whole_number(text)
    return validated_setting(name, value)


async def change_setting(
    economy: EconomyContext, admin_id: int, name: str, value: int | str
) -> SettingChange:
    """Set `name` to `value`, for everybody at once; a new formula re-levels all members.

    The caller invalidates `RulesCache` once this is committed. Raises
    `InvalidValue`, `FormulaError` or `UnknownSetting`; nothing has changed then.
    """
    value = validated_setting(name, value)
    before: int | str | None = await read_raw(economy, name)
    if before == value:
        return SettingChange(name, before, value)
    releveled = await write_setting(economy, admin_id, name, value, str(value))
    await record(
        economy, admin_id, Action.CHANGE_SETTING, f"setting:{name}", before=before, after=value
    )
    return SettingChange(name, before, value, releveled)


async def write_setting(
    economy: EconomyContext, admin_id: int, name: str, value: int | str | None, formula: str
) -> int | None:
    """Write `value` (None: unset); return how many members have another level by `formula`.

    `formula` is the one in force from now on, if it is that which is written. None means that it
    takes a while, and that the admin is told at the end.
    """
    changed = {name: value, "updated_at": economy.now}
    statement = insert(economy.connection.dialect.name, BotConfigRow).values(id=1, **changed)
    await economy.connection.execute(
        statement.on_conflict_do_update(index_elements=[_columns.id], set_=changed)
    )
    if name != LEVEL_FORMULA:
        return 0
    return await begin_releveling(economy.connection, admin_id, formula, economy.now)


async def read_raw(economy: EconomyContext, name: str) -> Any:
    """Return a setting as the row has it, None for unset; nobody else changes it meanwhile."""
    locked = select(_columns[name]).where(_columns.id == 1).with_for_update(key_share=True)
    return read_text((await economy.connection.execute(locked)).scalar())


def validated_setting(name: str, value: int | str) -> int | str:
    """Return a value that the economy's rules take. Raises what `change_setting` raises."""
    if name not in SETTINGS:
        raise UnknownSetting(f"There is no setting {name!r}; choose one of the list.")
    if name == LEVEL_FORMULA:
        LevelFormula(str(value))  # pydantic would hide what exactly is wrong
    checked: int | str = validated_field(ConfigDefinition, name, value)
    return checked
