"""`python main.py seed …` and `wipe`, each as a program of its own."""

import json
from pathlib import Path

import pytest

from tests.support.programs import Finished, document, run_apply, run_main

SETTINGS = 9
REWARDS = 3


def test_life_of_a_seed(tmp_path: Path, sqlite_url: str) -> None:
    """Status, plan, apply, revert and wipe do what they say, and their exit codes tell."""

    def command(*arguments: str) -> Finished:
        return run_main(tmp_path, *arguments, DATABASE_URL=sqlite_url)

    assert would_change(command("seed", "status", "--json"), seeded=False)
    planned = document(command("seed", "plan", "--json"))
    assert would_change(command("seed", "status", "--json"), seeded=False)

    applied = document(command("seed", "apply", "--json"))
    assert SETTINGS == applied["seeds"][0]["counts"]["config"]["created"]
    assert REWARDS == applied["seeds"][0]["counts"]["rewards"]["created"]
    assert planned["seeds"][0]["rows"] == applied["seeds"][0]["rows"]
    assert not would_change(command("seed", "status", "--json"), seeded=True)
    assert "up_to_date" == document(command("seed", "apply", "--json"))["outcome"]

    reverted = {"reverted": True, "dropped": {}}
    assert reverted == document(command("seed", "revert", "--json"))
    assert would_change(command("seed", "status", "--json"), seeded=False)
    again = document(command("seed", "apply", "--json"))
    assert SETTINGS == again["seeds"][0]["counts"]["config"]["created"]

    wiped = command("wipe", "--yes")
    assert (0, []) == (wiped.exit_code, wiped.sentences)
    assert "The next start seeds it again" in wiped.stdout
    assert "Nothing to revert" in command("seed", "revert").stdout
    assert would_change(command("seed", "status", "--json"), seeded=False)


def test_postgresql_by_each_of_its_names(tmp_path: Path, postgresql_url: str) -> None:
    """The address may start with postgresql:// or, as hosted databases give it, postgres://."""
    short = postgresql_url.replace("postgresql://", "postgres://", 1)

    assert "seeded" == document(run_apply(tmp_path, short))["outcome"]
    assert "up_to_date" == document(run_apply(tmp_path, postgresql_url))["outcome"]
    assert 0 == run_main(tmp_path, "wipe", "--yes", DATABASE_URL=short).exit_code
    assert would_change(
        run_main(tmp_path, "seed", "status", "--json", DATABASE_URL=postgresql_url), seeded=False
    )


@pytest.mark.parametrize(
    ("command", "exit_code", "says"),
    [
        ("seed status", 3, "create the schema"),
        ("seed plan", 0, "Nothing was changed: this was a dry run."),
        ("seed apply", 0, "bootstrap seeded: seed none -> 2"),
    ],
)
def test_for_people(
    tmp_path: Path, sqlite_url: str, command: str, exit_code: int, says: str
) -> None:
    """Without --json a command prints text; only apply makes the file."""
    ended = run_main(tmp_path, *command.split(), DATABASE_URL=sqlite_url)

    assert (exit_code, []) == (ended.exit_code, ended.sentences)
    assert says in " ".join(ended.stdout.split())
    assert ("apply" in command) == (tmp_path / "besitos.db").exists()


def test_wipe_asks(tmp_path: Path, sqlite_url: str) -> None:
    """Without an answer on stdin nothing is deleted."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)

    assert 1 == run_main(tmp_path, "wipe", DATABASE_URL=sqlite_url).exit_code
    assert 0 == run_main(tmp_path, "seed", "status", DATABASE_URL=sqlite_url).exit_code


def would_change(ended: Finished, *, seeded: bool) -> bool:
    """Return what `seed status --json` says, having compared it with its exit code."""
    status = json.loads(ended.stdout)
    assert (3 if status["would_change"] else 0) == ended.exit_code
    versions = [seed["version_before"] for seed in status["seeds"]]
    assert seeded == (versions == [2])
    return bool(status["would_change"])
