"""Signals in the middle of a command: its exit code says so, and nothing half-made is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import bare_sqlite
from tests.support.programs import MAIN, PATIENCE, run_main

MANY_MEMBERS = """
INSERT INTO users (user_id, first_name, created_at)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
SELECT n, 'a name, for a file that takes its time', '2026-01-01 00:00:00' FROM numbers
"""
#: A shell lets Ctrl-C pass by what it has started in the background, such as this suite.
HEARING_CTRL_C = """
import runpy, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)
del sys.argv[0]
sys.path[0] = sys.argv[0].rpartition("/")[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
#: Sends itself a Ctrl-C where it would import that module.
INTERRUPTED_AT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, *more):
        if name == "{}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""
TWICE_AS_MANY = """
INSERT INTO users (user_id, first_name, created_at)
SELECT user_id + (SELECT max(user_id) FROM users), first_name, created_at FROM users
"""


@pytest.mark.parametrize(
    ("name", "exit_code"), [("SIGINT", 130), ("SIGTERM", 143)], ids=["interrupt", "terminate"]
)
@pytest.mark.parametrize(
    ("command", "made"),
    [("backup copy.db", ".copy.db.*"), ("move --to sqlite:///copy.db", "copy*")],
)
def test_nothing_half_made_stays(
    tmp_path: Path, command: str, made: str, name: str, exit_code: int
) -> None:
    """A copy that a signal came into is taken away with all that stands beside it."""
    run_main(tmp_path, "seed", "apply")
    bare_sqlite.execute(tmp_path / "besitos.db", MANY_MEMBERS)

    ended, stderr = _signalled(tmp_path, command, made, name)
    for _ in range(4):
        if ended:
            break
        # It was quicker than the signal.
        (tmp_path / "copy.db").unlink()
        bare_sqlite.execute(tmp_path / "besitos.db", TWICE_AS_MANY)
        ended, stderr = _signalled(tmp_path, command, made, name)

    assert exit_code == ended
    assert "Interrupted; what was under way has been rolled back.\n" == stderr
    assert [] == [file.name for file in tmp_path.iterdir() if "copy" in file.name]


def _signalled(folder: Path, command: str, made: str, name: str) -> tuple[int, str]:
    """Send a signal once the copy is being made; return how the command ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING_CTRL_C, MAIN, *command.split()],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(folder.glob(made)) and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(getattr(signal, name))
    _, stderr = process.communicate(timeout=PATIENCE)
    return process.returncode, stderr


@pytest.mark.parametrize("module", ["typer", "pydantic", "sqlalchemy"])
def test_interrupted_while_importing(tmp_path: Path, module: str) -> None:
    """Ctrl-C in the first second, before there is anything to say, is no traceback."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT.format(module) + HEARING_CTRL_C, MAIN, "--version"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (130, "") == (done.returncode, done.stdout)
    assert "Interrupted; nothing was under way yet.\n" == done.stderr
