"""`python main.py backup`, `restore` and `move`, each as a program of its own."""

import json
from pathlib import Path

import pytest

from tests.support import bare_sqlite
from tests.support.programs import run_main


def test_backup_and_restore(tmp_path: Path, sqlite_url: str) -> None:
    """Both print a sentence, or one JSON document; restore asks before it replaces anything."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)

    told = run_main(tmp_path, "backup", "one.db", DATABASE_URL=sqlite_url)
    made = run_main(tmp_path, "backup", "two.db", "--json", DATABASE_URL=sqlite_url)
    again = run_main(tmp_path, "backup", "two.db", "--json", DATABASE_URL=sqlite_url)

    assert (0, []) == (told.exit_code, told.sentences)
    assert told.stdout.startswith(f"Backed up 0 members to {tmp_path / 'one.db'} (")
    document = json.loads(made.stdout)
    assert {"file", "size", "revision", "members"} == set(document)
    assert str(tmp_path / "two.db") == document["file"]
    assert (1, "", [f"{tmp_path / 'two.db'} exists; name another file, or add --force."]) == (
        again.exit_code,
        again.stdout,
        again.sentences,
    )

    bare_sqlite.execute(tmp_path / "besitos.db", "UPDATE bot_config SET besitos_daily_gift = 77")
    unanswered = run_main(tmp_path, "restore", "two.db", DATABASE_URL=sqlite_url)
    assert 1 == unanswered.exit_code
    restored = run_main(tmp_path, "restore", "two.db", "--yes", "--json", DATABASE_URL=sqlite_url)
    document = json.loads(restored.stdout)

    assert str(tmp_path / "besitos.db") == document["file"]
    assert Path(document["kept"]).exists()
    exported = run_main(tmp_path, "seed", "export", "--json", DATABASE_URL=sqlite_url)
    assert 50 == json.loads(exported.stdout)["config"]["besitos_daily_gift"]


def test_move(tmp_path: Path, sqlite_url: str, postgresql_url: str) -> None:
    """A bot that was there a moment ago stops it, --yes does not; a second move is refused."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)
    bare_sqlite.execute(
        tmp_path / "besitos.db",
        "INSERT INTO bot_heartbeat VALUES (1, strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    )

    refused = run_main(tmp_path, "move", "--to", postgresql_url, DATABASE_URL=sqlite_url)
    moved = run_main(
        tmp_path, "move", "--yes", "--json", DATABASE_URL=sqlite_url, MOVE_TO=postgresql_url
    )
    back = run_main(
        tmp_path, "move", "--yes", "--to", "sqlite:///back.db", DATABASE_URL=postgresql_url
    )

    assert (1, "") == (refused.exit_code, refused.stdout)
    assert "A bot was at work on sqlite+aiosqlite:///" in refused.sentences[0]
    assert (0, []) == (moved.exit_code, moved.sentences)
    assert 1 == json.loads(moved.stdout)["rows"]["bot_config"]
    assert (0, []) == (back.exit_code, back.sentences)
    assert back.stdout.endswith("set DATABASE_URL to it, and start the bot.\n")
    status = run_main(tmp_path, "seed", "status", DATABASE_URL="sqlite:///back.db")
    assert 0 == status.exit_code


def test_move_that_fails_makes_no_file(tmp_path: Path, sqlite_url: str) -> None:
    """An empty file of ours would be a database to whoever starts on it."""
    (tmp_path / "besitos.db").touch(0o600)  # without a table
    moved = run_main(tmp_path, "move", "--to", "sqlite:///new.db", DATABASE_URL=sqlite_url)

    assert (1, "") == (moved.exit_code, moved.stdout)
    assert "The source has schema revision none" in moved.sentences[0]
    assert [] == list(tmp_path.glob("new.db*"))


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("sqlite://", "--to names no file, so the database would be in memory"),
        ("besitos.db", "--to is not a database address"),
    ],
)
def test_move_to_no_address(tmp_path: Path, sqlite_url: str, target: str, says: str) -> None:
    """Nothing is moved to where it would be lost, and the option that is wrong is named."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)

    moved = run_main(tmp_path, "move", "--to", target, DATABASE_URL=sqlite_url)

    assert (2, "") == (moved.exit_code, moved.stdout)
    assert moved.sentences[0].startswith(says)


def test_copy_for_a_member(tmp_path: Path, sqlite_url: str) -> None:
    """One JSON document with all that is stored about them; a sentence for a stranger."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)
    bare_sqlite.execute(
        tmp_path / "besitos.db", "INSERT INTO users (user_id, first_name) VALUES (5, 'Ana 💋')"
    )

    copy = run_main(tmp_path, "member", "export", "5", DATABASE_URL=sqlite_url)
    nobody = run_main(tmp_path, "member", "export", "6", "--json", DATABASE_URL=sqlite_url)

    assert (0, []) == (copy.exit_code, copy.sentences)
    assert "Ana 💋" == json.loads(copy.stdout)["user"][0]["first_name"]
    assert (1, "") == (nobody.exit_code, nobody.stdout)
    assert ["Nothing is stored about 6; correct the id."] == nobody.sentences
