"""A default per user: a row for everybody, found by a column that is not its key."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    func,
)

from bot.seeding import Backfill, Seed
from tests.support.seeds.shape import Shape, changed

_people = MetaData()
users = Table(
    "users",
    _people,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(8)),
)
preferences = Table(
    "preferences",
    _people,
    Column("id", Integer, primary_key=True),
    Column("owner_id", ForeignKey(users.c.user_id), nullable=False, unique=True),
    Column("theme", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("limits", JSON),
)
PREFERENCES_SEED = Seed(
    "people",
    version=1,
    values={},
    backfills=(
        Backfill(
            "preferences",
            preferences,
            parent=users,
            key="owner_id",
            defaults={
                "theme": "light",
                "language": func.coalesce(users.c.language, "es"),
                "limits": {"daily": 3},
            },
        ),
    ),
)
PREFERENCES = Shape(
    PREFERENCES_SEED,
    changed(PREFERENCES_SEED),
    _people,
    (),
    ("DELETE FROM preferences WHERE owner_id > 0",),
)
SOMEBODY = "INSERT INTO users (user_id, language) VALUES (-5, 'en'), (7, NULL), (9000000000, 'pt')"
