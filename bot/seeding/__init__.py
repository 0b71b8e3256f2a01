"""Seeding of a database: a marker, a three-way merge and healing, in one transaction.

Declare with `Seed`, run with `Seeder`; see docs/seeding.md. This folder imports SQLAlchemy and
nothing else of ours, so that it can be lifted out.
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
