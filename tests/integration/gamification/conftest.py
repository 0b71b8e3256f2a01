from tests.support.economy_fixtures import (
    live,
    seeded_databases,
    seeded_postgresql,
)

__all__ = ["live", "seeded_databases", "seeded_postgresql"]
