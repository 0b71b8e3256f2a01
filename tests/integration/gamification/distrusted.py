"""Rows of a member that SQL by hand has changed, in tests."""

import pytest

from tests.support.economy import NOON, LiveEconomy

UNCHECKED = "PRAGMA ignore_check_constraints = ON"
on_sqlite = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("seeded_databases", ["postgresql"], indirect=True)
TODAY = NOON.date()


async def named(live: LiveEconomy) -> list[tuple[str, str]]:
    """Return table and column of what is wrong with Ana's rows."""
    return [(one.table, one.column) for one in (await live.account()).problems]
