"""Imports that a running bot does without: each takes time at the start, and memory for good."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.project import ROOT

#: Libraries for a terminal, an export, an upgrade and a chart.
SPARED = {"rich", "tomlkit", "alembic", "matplotlib", "numpy"}
#: Our modules that are about one of these, and so are imported when there is something to do.
LATE = {"bot.cli.reports", "bot.gamification.bootstrap.export", "bot.migrations"}


def test_what_is_imported_late() -> None:
    """No module imports any of it before it is needed, nor a module of ours that does."""
    wrong = [
        f"{name}: {imported}"
        for name, file in modules()
        if not is_late(name)
        for imported in imported_at_once(file)
        if imported.partition(".")[0] in SPARED or is_late(imported)
    ]

    assert [] == wrong


def modules() -> Iterator[tuple[str, Path]]:
    """Give every module of the bot with its file."""
    for file in (ROOT / "bot").rglob("*.py"):
        yield ".".join(file.relative_to(ROOT).with_suffix("").parts), file


def is_late(name: str) -> bool:
    """Whether it is one of the late ones, or a part of one."""
    return any(name == late or name.startswith(f"{late}.") for late in LATE)


def imported_at_once(file: Path) -> Iterator[str]:
    """Give what a file imports when it is imported itself, outside of its functions."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
