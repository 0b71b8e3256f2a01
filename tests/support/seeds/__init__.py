"""Shapes of seeds that other bots and services declare, each over tables of its own."""

from tests.support.seeds.categories import CATEGORIES
from tests.support.seeds.plans import PLANS
from tests.support.seeds.preferences import PREFERENCES, SOMEBODY
from tests.support.seeds.roles import ROLES, SECRET
from tests.support.seeds.settings import SETTINGS
from tests.support.seeds.shape import (
    Shape,
    changed,
    contents,
    create_tables,
    execute,
    query,
    seeded,
)
from tests.support.seeds.tariffs import TARIFFS, Period

__all__ = [
    "CATEGORIES",
    "PLANS",
    "PREFERENCES",
    "ROLES",
    "SECRET",
    "SETTINGS",
    "SHAPES",
    "SOMEBODY",
    "TARIFFS",
    "Period",
    "Shape",
    "changed",
    "contents",
    "create_tables",
    "execute",
    "query",
    "seeded",
]

SHAPES = {
    "roles": ROLES,
    "tariffs": TARIFFS,
    "categories": CATEGORIES,
    "settings": SETTINGS,
    "preferences": PREFERENCES,
    "plans": PLANS,
}
