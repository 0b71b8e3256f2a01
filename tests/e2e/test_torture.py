"""A short torture on each engine; `make torture MINUTES=…` is a long one."""

import secrets
from pathlib import Path
from typing import Any

from tests.torture.databases import SqliteDatabase, postgresql_database
from tests.torture.run import torture

SECONDS = 4.0


async def test_on_sqlite(tmp_path: Path) -> None:
    """Whatever happens to process, file and Telegram, nothing is lost, doubled or overwritten."""
    database = SqliteDatabase(tmp_path / "besitos.db")

    result = await torture(database, tmp_path, seconds=SECONDS, seed=secrets.randbelow(1_000_000))

    assert [] == result.faults, str(result)


async def test_on_postgresql(postgresql: Any, tmp_path: Path) -> None:
    """The same, and whatever happens to server and network between."""
    async with postgresql_database(postgresql, "tortured") as database:
        result = await torture(
            database, tmp_path, seconds=SECONDS, seed=secrets.randbelow(1_000_000)
        )

    assert [] == result.faults, str(result)
