"""Paths and links in the docs, held against the repository."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Folders whose files the pages name.
_PATH = re.compile(r"\b(?:bot|sandbox|bench|deploy|tests|docs)/[\w./-]*\w(?:\.\w+|/)")
_LINK = re.compile(r"\]\((?!\w+:)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page: Path) -> None:
    """Every file and folder of ours that a page names is there."""
    text = page.read_text(encoding="utf-8")
    named = {found.group() for found in _PATH.finditer(text)}

    assert [] == sorted(path for path in named if not (ROOT / path).exists())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of ours leads to one."""
    links = set(_LINK.findall(page.read_text(encoding="utf-8")))

    assert [] == sorted(link for link in links if not (page.parent / link).exists())


@pytest.mark.parametrize("table", ["bot/gamification", "bot/gamification/bootstrap", "bot/seeding"])
def test_files_of_a_table_exist(table: str) -> None:
    """A table that is headed by a folder names each of its files, and no other."""
    head = f"| file in `{table}/` |"
    (page,) = [text for one in PAGES if head in (text := one.read_text(encoding="utf-8"))]
    rows = page.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    named = [name for row in rows for name in re.findall("`([^`]+)`", row.split("|")[1])]

    files = {file.name for file in (ROOT / table).glob("[!_]*.*")}

    assert [] == [name for name in named if not (ROOT / table / name).exists()]
    assert [] == sorted(files - set(named))


@pytest.mark.parametrize("package", ["bot/database", "bot/telegram"])
def test_map_of_a_package(package: str) -> None:
    """A package that maps its modules in its docstring names each of them, and no other."""
    folder = ROOT / package
    named = re.findall(r"^    (\w+)  +", (folder / "__init__.py").read_text("utf-8"), re.MULTILINE)

    assert sorted(file.stem for file in folder.glob("[!_]*.py")) == sorted(named)


def test_modules_say_what_they_are() -> None:
    """Each module's docstring is a noun phrase: a name for the room, not a question about it."""
    told = {
        str(file.relative_to(ROOT)): ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        for file in (ROOT / "bot").rglob("*.py")
    }
    asking = re.compile("$|What|Who|When|Whether|Where|How|Why")

    assert [] == sorted(name for name, words in told.items() if asking.match(words))
