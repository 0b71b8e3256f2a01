"""What the folder imports."""

import ast
import sys
from pathlib import Path

import bot.seeding


def test_folder_imports_only_itself_sqlalchemy_and_the_standard_library() -> None:
    """Nothing of ours and no other library, so that the folder can be lifted out."""
    allowed = {"", "sqlalchemy", *sys.stdlib_module_names}

    found = {
        (file.name, name)
        for file in Path(bot.seeding.__file__).parent.rglob("*.py")
        for name in imported(file)
        if name not in allowed
    }

    assert set() == found


def imported(file: Path) -> set[str]:
    """Return the top-level packages that a file imports; a relative import is the empty text."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{file}: only siblings are of the folder"
            names.add("" if node.level else str(node.module).partition(".")[0])
    return names
