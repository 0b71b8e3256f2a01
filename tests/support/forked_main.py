"""`main.py` in a fork of a process that has imported the bot already. Runs in the child.

Importing aiogram takes seconds of a core, and a suite starts a hundred bots. What a fresh
interpreter alone can show is seen where one is started: the command line, the sandbox, the wheel.
"""

import os
import runpy
import sys
import warnings
from collections.abc import Sequence

# Imported here so that the fork server has them.
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401

import bot.app  # noqa: F401


def main(program: str, arguments: Sequence[str], folder: str, environment: dict[str, str]) -> None:
    """Become `python main.py …` in `folder`, which gets what it writes as files."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    _redirect(0, os.devnull, os.O_RDONLY)
    _redirect(1, "stdout.txt", os.O_WRONLY)
    _redirect(2, "stderr.txt", os.O_WRONLY)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    warnings.resetwarnings()
    warnings.simplefilter("always", ResourceWarning)
    sys.argv = [program, *arguments]
    runpy.run_path(program, run_name="__main__")


def _redirect(descriptor: int, path: str, mode: int) -> None:
    opened = os.open(path, mode)
    os.dup2(opened, descriptor)
    os.close(opened)
