"""Seeding of a database: a marker, a three-way merge and healing, in one transaction.

Declare what a whole database holds, and run it at every start:

    ROLES = SeededTable("roles", role, key="code", fields=("title",))
    VALUES = {"roles": {"admin": {"title": "Admin"}}}
    SEED = Seed("access", version=1, tables=[ROLES], values=VALUES)

    report = await Seeder(engine, [SEED]).run()
    logger.info(report.summary())  # seeded: seed none -> 1; roles 1 created, 0 updated, 0 kept

Whatever somebody has edited since is kept, whatever is missing comes back, and several processes
may start at once. docs/seeding.md has all options.

This folder imports SQLAlchemy and nothing else of ours, so that it can be lifted out.
"""

from .declaration import Seed
from .errors import SeedDeclarationError, SeedError, SeedLocked, UnknownSeedName
from .parts import Backfill
from .report import Outcome, Report
from .sections import Children, SeededTable
from .service import Seeder

__all__ = [
    "Backfill",
    "Children",
    "Outcome",
    "Report",
    "Seed",
    "SeedDeclarationError",
    "SeedError",
    "SeedLocked",
    "SeededTable",
    "Seeder",
    "UnknownSeedName",
]
