"""Tariffs: exact prices, an enumeration, a span of time, limits as JSON."""

from datetime import timedelta
from decimal import Decimal
from enum import Enum

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Integer,
    Interval,
    MetaData,
    Numeric,
    String,
    Table,
    text,
)
from sqlalchemy import Enum as EnumType

from bot.seeding import Seed, SeededTable
from tests.support.seeds.shape import Shape, changed


class Period(Enum):
    """How often a tariff is paid."""

    MONTHLY = "m"
    YEARLY = "y"


_billing = MetaData()
tariffs = Table(
    "tariffs",
    _billing,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("title", String(80), nullable=False),
    Column("price", Numeric(10, 2), nullable=False),
    Column("period", EnumType(Period), nullable=False),
    Column("trial", Interval),
    Column("limits", JSON),
    Column("is_public", Boolean, nullable=False, server_default=text("true")),
)
TARIFFS_SEED = Seed(
    "billing",
    version=1,
    tables=(
        SeededTable(
            "tariffs",
            tariffs,
            key="code",
            fields=("title", "price", "period", "trial", "limits", "is_public"),
            adopt_by="title",
        ),
    ),
    values={
        "tariffs": {
            "free": {
                "title": "Gratis",
                "price": 0,
                "period": Period.MONTHLY,
                "limits": {"seats": 1},
            },
            "team": {
                "title": "Equipo",
                "price": Decimal("9.90"),
                "period": "MONTHLY",
                "trial": timedelta(days=14),
                "limits": {"seats": 10, "regions": ["eu", "us"], "note": "it's 100% ñ"},
            },
            "firm": {"title": "Empresa", "price": "199.5", "period": "YEARLY", "is_public": False},
        }
    },
)
TARIFFS = Shape(
    TARIFFS_SEED,
    changed(
        TARIFFS_SEED,
        values={
            "tariffs": {
                "free": {"limits": {"seats": 2}, "trial": timedelta(hours=1, microseconds=5)},
                "team": {"price": "12.90", "period": "YEARLY", "trial": None},
                "firm": {"price": 250, "is_public": True},
            }
        },
    ),
    _billing,
    (
        "UPDATE tariffs SET price = 7.5 WHERE code = 'team'",
        "UPDATE tariffs SET limits = '{\"seats\": 3}' WHERE code = 'free'",
    ),
    ("DELETE FROM tariffs WHERE code <> 'firm'",),
)
