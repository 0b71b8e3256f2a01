"""A renamed key, with references to it."""

from dataclasses import replace

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
)

from bot.seeding import Seed, SeededTable
from tests.support.seeds.shape import Shape

_sales = MetaData()
plans = Table(
    "plans",
    _sales,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("title", String(80)),
    Column("seats", Integer),
)
offers = Table(
    "offers",
    _sales,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("plan_id", ForeignKey(plans.c.id)),
    Column("percent", Integer),
)
PLANS_SEED = Seed(
    "sales",
    version=1,
    tables=(
        SeededTable(
            "offers",
            offers,
            key="code",
            fields=("plan_id", "percent"),
            refs={"plan_id": "plans"},
        ),
        SeededTable("plans", plans, key="code", fields=("title", "seats")),
    ),
    values={
        "plans": {"basic": {"title": "Basic", "seats": 1}, "pro": {"title": "Pro", "seats": 5}},
        "offers": {
            "spring": {"plan_id": "basic", "percent": 10},
            "autumn": {"plan_id": "basic", "percent": 20},
        },
    },
)
PLANS = Shape(
    PLANS_SEED,
    replace(
        PLANS_SEED,
        version=2,
        values={
            "plans": {
                "starter": {"title": "Starter", "seats": 2},
                "pro": {"title": "Pro", "seats": 5},
            },
            "offers": {
                "spring": {"plan_id": "starter", "percent": 15},
                "autumn": {"plan_id": "pro", "percent": 20},
            },
        },
        renamed={"plans": {"basic": "starter"}},
    ),
    _sales,
    ("UPDATE plans SET seats = 3 WHERE code = 'basic'",),
    ("DELETE FROM offers", "DELETE FROM plans"),
)
