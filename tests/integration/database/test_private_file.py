"""The database's file is for the bot alone: names and reasons are in it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.url import parse_database_url, sqlite_file
from bot.gamification.bootstrap.service import BootstrapService

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.skipif(os.name != "posix", reason="files have no modes"),
]


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    """Let new files be readable by everybody, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(file: Path) -> dict[str, int]:
    """Return the mode of each file in its folder."""
    return {one.name: stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()}


async def test_new_file_is_private(engine: AsyncEngine, service: BootstrapService) -> None:
    """Nobody else reads a file that we make, nor what SQLite keeps beside it."""
    await service.run()
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE bot_config SET besitos_daily_gift = 51")
        file = sqlite_file(engine.url)
        assert file is not None
        names = ("besitos.db", "besitos.db-wal", "besitos.db-shm")

        assert dict.fromkeys(names, 0o600) == modes(file)


async def test_existing_file_keeps_its_mode(
    tmp_path: Path, engine: AsyncEngine, service: BootstrapService
) -> None:
    """Whom else the operator lets read is the operator's to decide."""
    (tmp_path / "besitos.db").touch(0o640)

    await service.run()

    assert 0o640 == modes(tmp_path / "besitos.db")["besitos.db"]


async def test_link_to_a_file_that_is_not_there_yet(tmp_path: Path, database_url: str) -> None:
    """A database that lives elsewhere, behind a link, is made as private there."""
    elsewhere = tmp_path / "volume"
    elsewhere.mkdir()
    (tmp_path / "besitos.db").symlink_to(elsewhere / "real.db")
    engine = create_engine(parse_database_url(database_url))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
    await engine.dispose()

    assert 0o600 == modes(elsewhere / "real.db")["real.db"]
