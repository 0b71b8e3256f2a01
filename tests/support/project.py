"""The project's own files: pyproject.toml and what has to agree with it."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

_CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; [^\\]+)? \\")
_HASH = re.compile(r"    --hash=(sha256:[0-9a-f]{64})(?: \\)?")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a requirements file: the only version, and the files that it may come in."""

    version: str
    hashes: frozenset[str]


def supported_pythons() -> list[str]:
    """Return the Pythons of the classifiers, oldest first."""
    found = map(_CLASSIFIER.fullmatch, PYPROJECT["project"]["classifiers"])
    return [match[1] for match in found if match]


def locked(name: str) -> dict[str, Locked]:
    """Return the packages of a requirements file, whose every line must be a pin or a hash."""
    versions: dict[str, str] = {}
    hashes: dict[str, set[str]] = {}
    package = ""
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if pin := _PIN.fullmatch(line):
            package = pin[1]
            versions[package], hashes[package] = pin[2], set()
        elif found := _HASH.fullmatch(line):
            hashes[package].add(found[1])
        else:
            assert line.lstrip().startswith("#"), f"{name}: {line}"
    return {package: Locked(versions[package], frozenset(hashes[package])) for package in versions}
