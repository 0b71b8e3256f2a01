"""Starts that must fail: nothing is fetched, the exit code says so, and one sentence tells why."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import SandboxServer
from tests.support import bare_sqlite
from tests.support.programs import Finished, RunningBot

pytestmark = pytest.mark.asyncio(loop_scope="module")

Settings = dict[str, str]


def missing_folder(folder: Path) -> Settings:
    """Name a file in a folder that is not there."""
    return {"DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'missing' / 'besitos.db'}"}


def corrupt_file(folder: Path) -> Settings:
    """Put something else where the database should be."""
    (folder / "besitos.db").write_bytes(b"This is no database. " * 500)
    return {}


def no_file(folder: Path) -> Settings:
    """Forget the file's name."""
    return {"DATABASE_URL": "sqlite:///"}


def old_file_beside_a_newer_log(folder: Path) -> Settings:
    """Restore a backup, and leave the log that belongs to another file."""
    bare_sqlite.restore_beside_newer_log(folder / "besitos.db")
    return {}


def newer_schema(folder: Path) -> Settings:
    """Leave the traces of a release that does not exist yet."""
    bare_sqlite.execute(
        folder / "besitos.db",
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('9999')",
    )
    return {}


def wrong_manifest(folder: Path) -> Settings:
    """Give an operator's manifest with a typing mistake in it."""
    (folder / "seed.toml").write_text("version = 1\n[config]\nbesitos_daily_gift = -5\n")
    return {"SEED_FILE": str(folder / "seed.toml")}


def no_token(folder: Path) -> Settings:
    """Leave out what a bot cannot do without."""
    return {"BOT_TOKEN": ""}


BROKEN: dict[Callable[[Path], Settings], tuple[int, str]] = {
    missing_folder: (1, "create it or correct DATABASE_URL"),
    corrupt_file: (1, "file is not a database"),
    no_file: (2, "DATABASE_URL names no file"),
    old_file_beside_a_newer_log: (1, "delete the -wal and -shm beside it"),
    newer_schema: (1, "has schema revision 9999, which this release does not know"),
    wrong_manifest: (1, "config.besitos_daily_gift"),
    no_token: (2, "BOT_TOKEN is not set"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[SandboxServer]:
    """Start one Telegram for all."""
    async with SandboxServer() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endings(
    server: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Finished]:
    """Let all of them start, and fail, at the same time."""

    async def start(breaking: Callable[[Path], Settings]) -> Finished:
        folder = tmp_path_factory.mktemp(breaking.__name__)
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url, **breaking(folder)}
        async with RunningBot(folder, **settings) as bot:
            return await bot.ended()

    finished = await asyncio.gather(*map(start, BROKEN))
    return {breaking.__name__: one for breaking, one in zip(BROKEN, finished, strict=True)}


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda breaking: breaking.__name__)
async def test_failure_ends_in_one_sentence(
    endings: dict[str, Finished], server: SandboxServer, breaking: Callable[[Path], Settings]
) -> None:
    """The last line is for a person, says what to do, and gives no secret away."""
    exit_code, reason = BROKEN[breaking]
    ended = endings[breaking.__name__]

    assert (exit_code, "") == (ended.exit_code, ended.stdout)
    (sentence,) = ended.sentences
    assert sentence == ended.stderr.splitlines()[-1]
    assert reason in sentence
    assert sentence.endswith((".", "python main.py sandbox"))
    assert "Traceback" not in ended.stderr
    assert server.token.partition(":")[2] not in ended.stderr


async def test_nothing_is_ever_fetched(endings: dict[str, Finished], server: SandboxServer) -> None:
    """Telegram hears nothing at all from a bot whose bootstrap fails."""
    assert len(BROKEN) == len(endings)
    assert [] == server.calls.methods()
