"""A program in a fork of a process that has imported the bot already. Runs in the child.

Importing aiogram takes ten seconds of a core, and a suite starts a hundred bots. What a fresh
interpreter alone can show is seen where one is started: imports, encodings, hosts, the wheel.
"""

import os
import runpy
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

# Imported here so that the fork server has them.
import alembic.command
import alembic.context  # noqa: F401
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401

import bot.app
import bot.cli.main  # noqa: F401
from tests.support.authorities import read_authorities_once
from tests.support.garbage import spare_imports
from tests.support.processes import ROOT

read_authorities_once()
spare_imports()

#: Files that get what a program writes to stdout and stderr.
OUTPUTS = "stdout.txt", "stderr.txt"


def main(
    program: str, arguments: Sequence[str], folder: str, output: str, environment: dict[str, str]
) -> None:
    """Become `python program …` in `folder`; what it writes goes to files in `output`.

    A program that is not our `main.py` imports its own modules: it may be another release.
    """
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    _redirect(0, os.devnull, os.O_RDONLY)
    for descriptor, name in enumerate(OUTPUTS, start=1):
        _redirect(descriptor, str(Path(output, name)), os.O_WRONLY | os.O_CREAT)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding=encoding, closefd=False)  # noqa: SIM115
    warnings.resetwarnings()
    warnings.simplefilter("always", ResourceWarning)
    sys.argv = [program, *arguments]
    if Path(program) != ROOT / "main.py":
        _forget_ours()
        paths = environment.get("PYTHONPATH", "").split(os.pathsep)
        sys.path[:0] = [str(Path(program).parent), *filter(None, paths)]
    runpy.run_path(program, run_name="__main__")


def _forget_ours() -> None:
    for name in [*sys.modules]:
        if name.partition(".")[0] in {"bot", "sandbox", "tests"}:
            del sys.modules[name]
    sys.path[:] = [path for path in sys.path if path and Path(path) != ROOT]


def _redirect(descriptor: int, path: str, mode: int) -> None:
    opened = os.open(path, mode, 0o600)
    os.dup2(opened, descriptor)
    os.close(opened)
