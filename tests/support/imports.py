"""Top-level packages that a file imports."""

import ast
from pathlib import Path


def imported(file: Path) -> set[str]:
    """Return the top-level packages that a file imports; a relative import is the empty text."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{file}: only siblings are imported by relative names"
            names.add("" if node.level else str(node.module).partition(".")[0])
    return names
