"""Tables of the economy's settings, and of the time zones that it has had."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.base import Base, UtcDateTime
from bot.gamification.config import SETTINGS, ConfigDefinition

#: The first migration has named the CHECK of one setting by no rule.
_CHECK_NAMES = {"max_reactions_per_day": "max_reactions"}
_COUNTED = [
    name for name, field in ConfigDefinition.model_fields.items() if field.annotation is int
]


class BotConfigRow(Base):
    """The economy's settings as `ConfigDefinition` declares them, one row.

    NULL means the manifest's default.
    """

    __tablename__ = "bot_config"
    __table__ = Table(
        __tablename__,
        Base.metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        *(Column(name, Integer if name in _COUNTED else Text) for name in SETTINGS),
        Column(
            "updated_at",
            UtcDateTime,
            nullable=False,
            server_default=func.now(),
            onupdate=func.now(),
        ),
        CheckConstraint("id = 1", "single_row"),
        *(
            CheckConstraint(f"{name} >= 0", _CHECK_NAMES.get(name, name.removeprefix("besitos_")))
            for name in _COUNTED
        ),
    )


class TimezoneChangeRow(Base):
    """A time zone that the community has had since a moment; UTC before the first."""

    __tablename__ = "timezone_changes"

    since: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    timezone: Mapped[str] = mapped_column(Text)
