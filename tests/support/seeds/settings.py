"""Settings: one row, with an ordinary key and with 0."""

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
)

from bot.seeding import Seed, SeededTable
from tests.support.seeds.shape import Shape, changed

_options = MetaData()
settings = Table(
    "settings",
    _options,
    Column("id", Integer, primary_key=True),
    Column("greeting", Text),
    Column("daily_limit", Integer),
    Column("fee", Numeric(6, 3)),
    Column("mode", String(10), nullable=False),
)
switches = Table(
    "switches",
    _options,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("is_open", Boolean),
)
SETTINGS_SEED = Seed(
    "options",
    version=1,
    tables=(
        SeededTable(
            "settings", settings, single=1, fields=("greeting", "daily_limit", "fee", "mode")
        ),
        SeededTable("switches", switches, single=0, fields=("is_open",)),
    ),
    values={
        "settings": {"greeting": "¡Hola!", "daily_limit": 20, "fee": "0.125", "mode": "quiet"},
        "switches": {"is_open": True},
    },
)
SETTINGS = Shape(
    SETTINGS_SEED,
    changed(
        SETTINGS_SEED,
        values={
            "settings": {"greeting": "Hello", "daily_limit": 30, "mode": "loud"},
            "switches": {"is_open": False},
        },
    ),
    _options,
    ("UPDATE settings SET daily_limit = 77",),
    ("DELETE FROM settings", "UPDATE switches SET is_open = NULL"),
)
