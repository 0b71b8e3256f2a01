"""Context of a use case: its transaction, the rules in force and the time.

The rules are the settings and the rewards, read from the database at most every few seconds.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored, raw
from bot.gamification.calendar import (
    UTC_CALENDAR,
    Calendar,
    make_calendar,
    read_changes,
    record_change,
)
from bot.gamification.config import SETTINGS, TEXTS, ConfigDefinition, EconomyConfig
from bot.gamification.models import BotConfigRow
from bot.gamification.rewards.catalogue import Catalogue, read_catalogue
from bot.gamification.stored import Problem, ProblemLog, read_text
from bot.gamification.types import TransactionType, fault

#: How long ago an update may say that it happened; Telegram keeps none for longer than a day.
LATEST: Final = timedelta(hours=48)
#: Seconds after which a change is read again: well within the promised ten, on every replica.
TIME_TO_LIVE: Final = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EconomyContext:
    """The economy at one moment, inside one transaction; days are the community's.

    `now` is the time of whoever handles the update, `day` the one on which the member acted.
    `posted` are the ledger entries of this transaction so far, which count once it commits.
    `shipped` is how the manifest's texts read in other languages, by language.
    """

    connection: AsyncConnection
    config: EconomyConfig
    catalogue: Catalogue
    now: datetime
    day: date
    calendar: Calendar = UTC_CALENDAR
    posted: list[tuple[TransactionType, int]] = field(default_factory=list)
    shipped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day of `now`."""
        return self.calendar.day(self.now)


class TtlCache(Generic[T]):
    """Remembers what `read` returned, for `TIME_TO_LIVE` seconds or until told to forget it."""

    def __init__(
        self,
        read: Callable[[AsyncConnection], Awaitable[T]],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` gives seconds."""
        self._read = read
        self._clock = clock
        self._value: T | None = None
        self._read_at = 0.0

    async def get(self, connection: AsyncConnection) -> T:
        """Return the value, at most `TIME_TO_LIVE` seconds old."""
        now = self._clock()
        if self._value is None or now - self._read_at >= TIME_TO_LIVE:
            self._value = await self._read(connection)
            self._read_at = now
        return self._value

    def invalidate(self) -> None:
        """Read again next time: something has changed here and now."""
        self._value = None


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class RulesCache:
    """The rules in force: settings and rewards, read at most every few seconds."""

    def __init__(
        self,
        defaults: ConfigDefinition,
        clock: Callable[[], datetime] = utc_now,
        shipped: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`defaults` stand in for settings that are NULL; `clock` gives the time of every move.

        `shipped` is how the manifest's texts read in other languages.
        """
        self.problems = ProblemLog()
        self._reader = ConfigReader(defaults)
        self._settings = TtlCache(self._read_settings)
        self._catalogue = TtlCache(read_catalogue)
        self.clock = clock
        self._shipped = shipped or {}

    async def economy(
        self, connection: AsyncConnection, acted_at: datetime | None = None
    ) -> EconomyContext:
        """Return the economy as it stands, for one transaction.

        `acted_at` is when the member acted, None for now; it counts at most `LATEST` back, and
        never in the future.
        """
        config, calendar = await self._settings.get(connection)
        catalogue = await self._catalogue.get(connection)
        self.problems.name("settings", config.problems)
        self.problems.name("rewards", catalogue.problems)
        now = self.clock()
        acted_at = now if acted_at is None else min(max(acted_at, now - LATEST), now)
        day = calendar.day(acted_at)
        return EconomyContext(
            connection, config, catalogue, now, day, calendar, shipped=self._shipped
        )

    def invalidate(self) -> None:
        """Read all rules again: an admin has just changed one here."""
        self._settings.invalidate()
        self._catalogue.invalidate()

    async def _read_settings(self, connection: AsyncConnection) -> tuple[EconomyConfig, Calendar]:
        """Read the settings, and write down when their time zone is another than it was.

        Whoever changes it, in the panel, by the seed or by SQL: the first update finds it. The
        changes come first, lest an older setting than the newest change undo that.
        """
        now = self.clock()
        changes = await read_changes(connection, now)
        config = await self._reader.read(connection)
        calendar = make_calendar(changes)
        if calendar.timezone != config.timezone:
            changes.append(await record_change(connection, now, config.timezone))
            calendar = make_calendar(changes)
        return config, calendar


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
    row = (await connection.execute(_ROW)).mappings().one_or_none()
    if row is None:
        return StoredConfig({}, None, ())
    found = {**row, **{name: read_text(row[name]) for name in TEXTS}}
    faults = {
        name: reason
        for name, value in found.items()
        if value is not None and (reason := fault(ConfigDefinition, name, value)) is not None
    }
    return StoredConfig(
        {name: found[name] for name in found if found[name] is not None and name not in faults},
        row["level_formula"],
        tuple(
            Problem.of(BotConfigRow.__tablename__, 1, name, found[name], reason)
            for name, reason in faults.items()
        ),
    )


class ConfigReader:
    """Reads the settings in force."""

    def __init__(self, defaults: ConfigDefinition) -> None:
        """`defaults` stand in for every setting that is NULL or nothing that can be used."""
        self._defaults = defaults.model_dump()

    async def read(self, connection: AsyncConnection) -> EconomyConfig:
        """Return the settings as they are now."""
        stored = await read_stored_config(connection)
        values = self._defaults | stored.values
        return EconomyConfig(**values, stored_formula=stored.formula, problems=stored.problems)


async def read_problems(connection: AsyncConnection) -> tuple[Problem, ...]:
    """Return each setting and reward that does not count, as the database has them now.

    Members' rows are not looked through, for there may be millions: each is named when its member
    comes.
    """
    config, catalogue = await read_stored_config(connection), await read_catalogue(connection)
    return (*config.problems, *catalogue.problems)


_columns = BotConfigRow.__table__.c
_ROW = select(
    *((as_stored if name in TEXTS else raw)(_columns[name]).label(name) for name in SETTINGS)
).where(_columns.id == 1)
