"""Tables of the economy's settings, and of what follows from their changes."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Table, Text, func
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


class LevelSettlementRow(Base):
    """How far the members' levels follow `formula`, one row.

    All do where `after_user_id` is NULL; otherwise those up to that member do, and the rest is
    still to be looked through. `admin_id` is who is told at the end how many have `changed`.
    """

    __tablename__ = "level_settlement"
    __table_args__ = (CheckConstraint("id = 1", "single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    formula: Mapped[str] = mapped_column(Text)
    after_user_id: Mapped[int | None] = mapped_column(BigInteger)
    changed: Mapped[int] = mapped_column(server_default="0")
    admin_id: Mapped[int | None] = mapped_column(BigInteger)
