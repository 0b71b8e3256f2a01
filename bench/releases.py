"""An earlier release of the bot, taken from the repository's history."""

import io
import subprocess
import tarfile
from pathlib import Path

from bench.measure import ROOT


def unpack(commit: str, folder: Path) -> bool:
    """Write the bot of `commit` to `folder`; return False where the history does not reach it."""
    try:
        done = subprocess.run(
            ["git", "archive", commit, "main.py", "bot"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    if done.returncode:
        return False
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return True
