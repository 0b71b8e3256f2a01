"""Packaging: what is declared, locked and tested is what is imported, installed and said."""

import re
import sys
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot import __version__
from tests.support.imports import imported
from tests.support.project import PYPROJECT, ROOT, locked, supported_pythons

PROJECT = PYPROJECT["project"]
#: The extras are what `make run` installs, too.
DEPENDENCIES = [
    *PROJECT["dependencies"],
    *(line for lines in PROJECT["optional-dependencies"].values() for line in lines),
]
DEVELOPMENT = PYPROJECT["dependency-groups"]["dev"]
#: What no file of ours imports: SQLAlchemy does, by the address of the database, and `zoneinfo`,
#: where the system has no time zones.
UNSEEN = {"asyncpg", "tzdata"}


def test_each_import_is_declared_and_nothing_else() -> None:
    """What comes only with another package may go with that package's next release."""
    names = {
        name
        for folder in ("bot", "sandbox")
        for file in (ROOT / folder).rglob("*.py")
        for name in imported(file)
    } - {"", "bot", "sandbox", *sys.stdlib_module_names}
    owners = packages_distributions()

    declared = {canonicalize_name(Requirement(line).name) for line in DEPENDENCIES}

    assert declared == {canonicalize_name(owners[name][0]) for name in names} | UNSEEN


def test_locks_hold_what_is_declared() -> None:
    """A dependency that is added or raised in pyproject.toml needs `make lock`."""
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")

    missed = {
        line
        for lock, lines in ((run, DEPENDENCIES), (dev, DEPENDENCIES + DEVELOPMENT))
        for line in lines
        if not fits(Requirement(line), {name: one.version for name, one in lock.items()})
    }

    assert set() == missed


def fits(requirement: Requirement, versions: dict[str, str]) -> bool:
    """Whether the version that is locked is one that the requirement lets in."""
    version = versions.get(canonicalize_name(requirement.name))
    return version is not None and requirement.specifier.contains(version)


def test_tests_run_with_what_is_run() -> None:
    """The longer lock has all of the shorter one, file by file."""
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")

    assert run == {name: one for name, one in dev.items() if name in run}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_nothing_is_installed_unchecked(name: str) -> None:
    """Each package has hashes, and which index is asked stays the installer's business."""
    assert [] == [package for package, one in locked(name).items() if not one.hashes]
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_pythons_are_the_same_everywhere() -> None:
    """What is promised is what is linted for, locked for, told and tested."""
    pythons = supported_pythons()
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    oldest = pythons[0]
    told = f"Python {', '.join(pythons[:-1])} or {pythons[-1]}"

    assert pythons == workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert f">={oldest}" == PROJECT["requires-python"]
    assert f"py{oldest.replace('.', '')}" == PYPROJECT["tool"]["ruff"]["target-version"]
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text("utf-8")
    assert told in (ROOT / "README.md").read_text("utf-8")


def test_newest_release_in_the_changelog_is_this_one() -> None:
    """The version is raised together with the section that says what is new."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    sections = re.findall(r"^## \[(.+)\]( - \d{4}-\d\d-\d\d)?$", changelog, re.MULTILINE)

    assert "Unreleased" == sections[0][0]
    assert __version__ == sections[1][0]
    assert all(date for _, date in sections[1:])
