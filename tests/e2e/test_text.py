"""Emoji and accents are in the database as such, whoever reads it."""

import subprocess
from pathlib import Path
from typing import Any

from tests.support import bare_sqlite
from tests.support.seeded import seed

REWARD = "SELECT name, reward_value FROM rewards WHERE key = 'ahorrador_principiante'"
MARKER = "SELECT applied_values FROM seed_marker"
ACCENTS = "SELECT description FROM rewards WHERE key = 'racha_7_dias'"


async def test_bare_sqlite3_reads_it(sqlite_url: str, tmp_path: Path) -> None:
    """JSON in the file is readable UTF-8 and not an escape."""
    await seed(sqlite_url)

    file = tmp_path / "besitos.db"
    badge = '{"badge_name": "ahorrador", "emoji": "💰"}'
    assert [("Ahorrador Principiante", badge)] == bare_sqlite.query(file, REWARD)
    assert [("Recoge el regalo diario 7 días seguidos.",)] == bare_sqlite.query(file, ACCENTS)
    ((applied,),) = bare_sqlite.query(file, MARKER)
    assert "💰" in applied
    assert "\\u" not in applied


async def test_psql_reads_it(postgresql: Any, postgresql_url: str) -> None:
    """PostgreSQL's own shell shows what was meant, in JSON and in text."""
    await seed(postgresql_url)

    badge = '{"emoji": "💰", "badge_name": "ahorrador"}'
    assert f"Ahorrador Principiante|{badge}" == psql(postgresql, postgresql_url, REWARD)
    assert "Recoge el regalo diario 7 días seguidos." == psql(postgresql, postgresql_url, ACCENTS)
    assert "💰" in psql(postgresql, postgresql_url, MARKER)


def psql(server: Any, url: str, sql: str) -> str:
    """Run one query and return its output, unaligned and without a header."""
    done = subprocess.run(
        [server.bin_path / "psql", "--no-psqlrc", "-At", url, "-c", sql],
        env={"PGCLIENTENCODING": "UTF8"},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()
