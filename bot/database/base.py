"""Declarative base, names of constraints, and column types that mean the same on both engines."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

# Named constraints are what lets a later migration alter or drop them, on SQLite too.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all models."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING_CONVENTION)


# SQLite numbers rows by itself only in a column that is INTEGER to the letter.
SurrogateId = BigInteger().with_variant(Integer(), "sqlite")

#: On SQLite, which else gives the id of a deleted last row to the next one.
IDS_ONCE = {"sqlite_autoincrement": True}

Json = JSON().with_variant(JSONB(), "postgresql")


def one_of(values: type[StrEnum]) -> Enum:
    """Return the type of a column that holds one of `values`."""
    # Text with a CHECK: PostgreSQL's own enum types cannot change inside a transaction.
    return Enum(values, native_enum=False, create_constraint=True, length=32)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC that comes back aware from SQLite, which stores no zone.

    A naive datetime is refused: nobody could say which zone it was meant in.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database; make it aware (UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
