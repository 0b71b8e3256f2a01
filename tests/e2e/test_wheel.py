"""`pip install .`: what is in the wheel, and that it needs nothing of the checkout."""

import re
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import aiohttp
import pytest

from bot import __version__
from bot.database.revision import revisions
from tests.support.programs import ROOT, Finished, RunningBot, run
from tests.support.waiting import until

#: Options that keep pip away from the network.
OFFLINE = ("--quiet", "--no-index", "--no-deps")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the builder that is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT), folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--target", str(folder), str(wheel), folder=folder)
    return folder


def test_wheel_has_every_file(wheel: Path) -> None:
    """Migrations, defaults, texts and the chat page are no modules, and in it all the same."""
    expected = {
        file.relative_to(ROOT).as_posix()
        for folder in ("bot", "sandbox")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }

    with ZipFile(wheel) as files:
        names = {name for name in files.namelist() if ".dist-info/" not in name}

    assert expected == names
    assert {"bot/py.typed", "bot/telegram/locales/en.po", "sandbox/page/index.html"} <= names


def test_version_is_told_once(wheel: Path) -> None:
    """The wheel's version is the one that the program says and that markers get."""
    with ZipFile(wheel) as files:
        (metadata,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(files.read(metadata).decode())

    assert __version__ == told["Version"]


def test_seed_in_any_folder(installed: Path, tmp_path: Path) -> None:
    """`besitos seed apply` migrates and seeds a database in the folder where it is called."""

    def besitos(*arguments: str) -> Finished:
        return run([str(besitos_in(installed)), *arguments], tmp_path, PYTHONPATH=str(installed))

    applied = besitos("seed", "apply")
    status = besitos("seed", "status")

    assert (0, []) == (applied.exit_code, applied.sentences)
    assert f"schema none -> {revisions()[-1]}" in " ".join(applied.stdout.split())
    assert 0 == status.exit_code
    assert ["besitos.db"] == [file.name for file in tmp_path.glob("*.db")]


async def test_sandbox_in_any_folder(installed: Path, tmp_path: Path) -> None:
    """`besitos sandbox` shows the chat page, with its scripts and styles."""
    program = besitos_in(installed)
    async with RunningBot(
        tmp_path, "sandbox", "--port", "0", program=program, PYTHONPATH=str(installed)
    ) as bot:
        url = await bot.until(until(lambda: re.search(r"http://[\d.:]+", bot.output)))
        async with aiohttp.ClientSession(url[0]) as http, http.get("/") as page:
            parts = re.findall(r'(?:src|href)="(/page/[^"]+)"', await page.text())
            statuses = [await status_of(http, part) for part in parts]

    assert statuses
    assert {200} == set(statuses)


async def status_of(http: aiohttp.ClientSession, path: str) -> int:
    """Return how a file of the page is answered, read to its end."""
    async with http.get(path) as response:
        await response.read()
        return response.status


def besitos_in(installed: Path) -> Path:
    """Return the console script."""
    return installed / "bin" / "besitos"


def pip(*arguments: str, folder: Path) -> None:
    """Run pip without the network."""
    command, *rest = arguments
    ended = run(["-m", "pip", command, *OFFLINE, *rest], folder)
    assert 0 == ended.exit_code, ended.stderr
