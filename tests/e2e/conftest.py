"""Fixtures of the end-to-end tests."""

from pathlib import Path

import pytest

from tests.support.databases import Databases, PostgresqlDatabases, SqliteDatabases


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """Make throw-away databases on each engine."""
    if request.param == "sqlite":
        return SqliteDatabases(tmp_path)
    return PostgresqlDatabases(request.getfixturevalue("postgresql"))
