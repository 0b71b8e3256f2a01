from tests.support.economy_fixtures import (
    live,
    seeded_databases,
    seeded_postgresql,
    seeded_sqlite,
)

__all__ = ["live", "seeded_databases", "seeded_postgresql", "seeded_sqlite"]
