"""A tree of categories: rows that refer to rows of their own section, a key of two columns."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from bot.seeding import Seed, SeededTable
from tests.support.seeds.shape import Shape, changed

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
