"""Shapes of seeds that other bots and services declare, each over tables of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Interval,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.seeding import Backfill, Children, Seed, SeededTable, Seeder

#: Columns by which people tell rows apart, where the database has given them a number.
NATURAL = ("scope", "slug", "code", "login", "owner_id")

Contents = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Shape:
    """A seed, its next version, and what an admin has edited in between or lost."""

    seed: Seed
    newer: Seed
    metadata: MetaData
    edits: tuple[str, ...]

    deletions: tuple[str, ...]
    """SQL that deletes what a start brings back."""


async def create_tables(engine: AsyncEngine, metadata: MetaData, *statements: str) -> None:
    """Make the tables, as their owner does, and run some statements."""
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for statement in statements:
            await connection.execute(text(statement))


async def execute(engine: AsyncEngine, *statements: str) -> None:
    """Run statements as an admin would, and commit."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def query(engine: AsyncEngine, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(statement)]


async def contents(engine: AsyncEngine, metadata: MetaData) -> Contents:
    """Return all rows, with the names of rows in place of numbers that the database gave."""
    found: dict[Table, list[dict[str, Any]]] = {}
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).mappings()
            found[table] = [dict(row) for row in rows]
    names = {
        (table, row["id"]): ":".join(str(row[name]) for name in NATURAL if name in row)
        for table, rows in found.items()
        for row in rows
        if "id" in row
    }

    def named(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        values = {name: row[name] for name in row if name != "id" or not names[table, row["id"]]}
        for name in values:
            for key in table.c[name].foreign_keys:
                values[name] = names.get((key.column.table, row[name]), row[name])
        return values

    return {
        table.name: sorted((named(table, row) for row in rows), key=repr)
        for table, rows in found.items()
    }


async def seeded(engine: AsyncEngine, shape: Shape) -> Seeder:
    """Make a shape's tables and seed them."""
    await create_tables(engine, shape.metadata)
    seeder = Seeder(engine, [shape.seed])
    await seeder.run()
    return seeder


def changed(
    seed: Seed, version: int = 2, values: Mapping[str, Any] | None = None, **options: Any
) -> Seed:
    """Return the seed of a later release: sections merged with `values`, row by row."""
    merged: dict[str, Any] = {name: dict(section) for name, section in seed.values.items()}
    for name, section in (values or {}).items():
        for row, fields in section.items():
            is_row = isinstance(fields, Mapping) and isinstance(merged[name].get(row), Mapping)
            merged[name][row] = {**merged[name][row], **fields} if is_row else fields
    return replace(seed, version=version, values=merged, **options)


# Roles, permissions and an admin: links, references, a secret, things deleted for good.

_staff = MetaData()
permissions = Table(
    "permissions",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("about", Text),
)
roles = Table(
    "roles",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("title", String(80), nullable=False),
)
role_permissions = Table(
    "role_permissions",
    _staff,
    Column("role_id", ForeignKey(roles.c.id), primary_key=True),
    Column("permission_id", ForeignKey(permissions.c.id), primary_key=True),
)
menu_entries = Table(
    "menu_entries",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("permission_id", ForeignKey(permissions.c.id), nullable=False),
)
admins = Table(
    "admins",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False, unique=True),
    Column("role_id", ForeignKey(roles.c.id)),
    Column("mail", String(80)),
    Column("password_hash", Text, nullable=False),
)
SECRET = "hash-of-the-first-password"
ROLES_SEED = Seed(
    "staff",
    version=1,
    tables=(  # those that refer to others first: the order is the mechanism's to find
        SeededTable(
            "admins",
            admins,
            key="login",
            fields=("role_id", "mail"),
            refs={"role_id": "roles"},
            heal=False,
            initial={"password_hash": lambda login: f"{SECRET} of {login}"},
        ),
        SeededTable(
            "menu",
            menu_entries,
            key="code",
            fields=("permission_id",),
            refs={"permission_id": "permissions"},
        ),
        SeededTable(
            "roles",
            roles,
            key="code",
            fields=("title",),
            children=Children(
                "permissions",
                role_permissions,
                parent="role_id",
                columns=("permission_id",),
                refs={"permission_id": "permissions"},
                each=True,
            ),
        ),
        SeededTable("permissions", permissions, key="code", fields=("about",), heal=False),
    ),
    values={
        "permissions": {
            "read": {"about": "See everything"},
            "write": {"about": "Change everything"},
            "ban": {"about": None},
        },
        "roles": {
            "reader": {"title": "Reader", "permissions": ["read"]},
            "editor": {"title": "Editor", "permissions": ["read", "write"]},
            "guest": {"title": "Guest"},
        },
        "menu": {"bans": {"permission_id": "ban"}, "pages": {"permission_id": "read"}},
        "admins": {"root": {"role_id": "editor", "mail": "root@example.org"}},
    },
)
ROLES = Shape(
    ROLES_SEED,
    changed(
        ROLES_SEED,
        values={
            "permissions": {"audit": {"about": "See who did what"}},
            "roles": {
                "reader": {"title": "Visitor", "permissions": ["audit", "read"]},
                "editor": {"title": "Author"},
                "owner": {"title": "Owner", "permissions": ["audit", "ban", "read", "write"]},
            },
            "admins": {"root": {"mail": "admin@example.org"}},
        },
    ),
    _staff,
    (
        "UPDATE roles SET title = 'Redactor' WHERE code = 'editor'",
        "INSERT INTO permissions (code, about) VALUES ('own', 'Of an admin')",
        (
            "INSERT INTO role_permissions (role_id, permission_id)"
            " SELECT roles.id, permissions.id FROM roles, permissions"
            " WHERE roles.code = 'reader' AND permissions.code = 'own'"
        ),
        (
            "DELETE FROM role_permissions"
            " WHERE role_id IN (SELECT id FROM roles WHERE code = 'editor')"
            " AND permission_id IN (SELECT id FROM permissions WHERE code = 'write')"
        ),
    ),
    (
        "DELETE FROM role_permissions",
        "DELETE FROM menu_entries WHERE code = 'bans'",
        "DELETE FROM roles WHERE code <> 'editor'",
    ),
)


# Tariffs: exact prices, an enumeration, a span of time, limits as JSON.


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


# A tree of categories: rows that refer to rows of their own section, a key of two columns.

_catalogue = MetaData()
categories = Table(
    "categories",
    _catalogue,
    Column("id", Integer, primary_key=True),
    Column("scope", String(20), nullable=False),
    Column("slug", String(40), nullable=False),
    Column("title", String(80), nullable=False),
    Column("parent_id", ForeignKey("categories.id")),
    UniqueConstraint("slug", "scope"),
)
CATEGORIES_SEED = Seed(
    "catalogue",
    version=1,
    tables=(
        SeededTable(
            "categories",
            categories,
            key=("slug", "scope"),
            fields=("title", "parent_id"),
            refs={"parent_id": "categories"},
        ),
    ),
    values={
        "categories": {  # children before their parents: the order is the mechanism's to find
            "violins": {
                "slug": "violin",
                "scope": "shop",
                "title": "Violins",
                "parent_id": "strings",
            },
            "strings": {
                "slug": "strings",
                "scope": "shop",
                "title": "Strings",
                "parent_id": "music",
            },
            "music": {"slug": "music", "scope": "shop", "title": "Music"},
            "blog": {"slug": "music", "scope": "blog", "title": "On music"},
        }
    },
)
CATEGORIES = Shape(
    CATEGORIES_SEED,
    changed(
        CATEGORIES_SEED,
        values={
            "categories": {
                "violins": {"parent_id": "bowed"},
                "bowed": {
                    "slug": "bowed",
                    "scope": "shop",
                    "title": "Bowed",
                    "parent_id": "strings",
                },
                "music": {"title": "Instruments"},
                "blog": {"title": "About music"},
            }
        },
    ),
    _catalogue,
    (
        "UPDATE categories SET title = 'Música' WHERE scope = 'blog'",
        "INSERT INTO categories (scope, slug, title) VALUES ('shop', 'misc', 'Of an admin')",
        (
            "UPDATE categories SET parent_id = (SELECT id FROM categories WHERE slug = 'misc')"
            " WHERE slug = 'strings'"
        ),
    ),
    ("DELETE FROM categories",),
)


# Settings: one row, with an ordinary key and with 0.

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


# A default per user: a row for everybody, found by a column that is not its key.

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


# A renamed key, with references to it.

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

SHAPES = {
    "roles": ROLES,
    "tariffs": TARIFFS,
    "categories": CATEGORIES,
    "settings": SETTINGS,
    "preferences": PREFERENCES,
    "plans": PLANS,
}
