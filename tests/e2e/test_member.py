"""`python main.py member erase`, as a program of its own."""

import json
from pathlib import Path

from tests.support import bare_sqlite
from tests.support.programs import run_main


def test_erase(tmp_path: Path, sqlite_url: str) -> None:
    """It asks, forgets once, says what it did, and refuses an id that nobody has."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)
    bare_sqlite.execute(
        tmp_path / "besitos.db", "INSERT INTO users (user_id, first_name) VALUES (1001, 'Ana')"
    )

    unanswered = run_main(tmp_path, "member", "erase", "1001", DATABASE_URL=sqlite_url)
    done = run_main(tmp_path, "member", "erase", "1001", "--yes", "--json", DATABASE_URL=sqlite_url)
    again = run_main(tmp_path, "member", "erase", "1001", "--yes", DATABASE_URL=sqlite_url)
    nobody = run_main(tmp_path, "member", "erase", "5", "--yes", DATABASE_URL=sqlite_url)

    assert 1 == unanswered.exit_code
    assert (0, []) == (done.exit_code, done.sentences)
    document = json.loads(done.stdout)
    assert (1001, 1, False) == (
        document["user_id"],
        document["kept"]["member"],
        document["before"],
    )
    assert (0, "Member 1001 was forgotten before; there was nothing left to do.\n") == (
        again.exit_code,
        again.stdout,
    )
    assert (1, "", ["Nothing is stored about 5; correct the id."]) == (
        nobody.exit_code,
        nobody.stdout,
        nobody.sentences,
    )
