"""The folder, copied under another name into a project that has nothing else of ours."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support import strangers_bot
from tests.support.processes import ROOT
from tests.support.seeds import query


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project of the copied folder and one program."""
    shutil.copytree(
        ROOT / "bot/seeding", tmp_path / "lifted", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(strangers_bot.__file__, tmp_path / "main.py")
    return tmp_path


@pytest.mark.parametrize(
    ("database_url", "kind"),
    [
        ("sqlite", "plain"),
        ("sqlite", "recipe"),
        ("postgresql", "plain"),
        ("postgresql", "repeatable read"),
    ],
    indirect=["database_url"],
)
async def test_eight_processes_at_once(
    engine: AsyncEngine, database_url: str, project: Path, kind: str
) -> None:
    """One of them seeds all rows, the seven others find it done, whatever engine they open."""
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "main.py", "lifted", kind, database_url],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert "" == ended.stderr
    said = json.loads(ended.stdout)
    assert {"seeded": 1, "up_to_date": 7} == Counter(said["outcomes"])
    assert [] == said["modules of ours"]
    assert [(300, 300)] == await query(
        engine, "SELECT count(*), (SELECT count(*) FROM synonyms) FROM words"
    )
    assert [("dictionary", "seeded")] == await query(engine, "SELECT seed, outcome FROM seed_runs")
