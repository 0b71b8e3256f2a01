"""Imports of the folder."""

import sys
from pathlib import Path

import bot.seeding
from tests.support.imports import imported


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
