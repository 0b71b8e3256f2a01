"""`python main.py seed …` and `wipe`, each as a program of its own."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support import bare_sqlite
from tests.support.programs import MAIN, Finished, run, run_main

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


@pytest.mark.parametrize(
    ("command", "setting", "exit_code", "says"),
    [
        ("seed apply", "DATABASE_URL=sqlite:////missing/besitos.db", 1, "create it"),
        ("seed plan", "DATABASE_URL=mysql://root@localhost/besitos", 2, "PostgreSQL"),
        ("seed status", "LOG_LEVEL=loud", 2, "LOG_LEVEL"),
        ("seed apply", "SEED_FILE=missing.toml", 2, "SEED_FILE"),
        ("wipe --yes", "DATABASE_URL=sqlite:///missing.db", 1, "no file"),
        ("wipe --yes", "DATABASE_URL=sqlite:////missing/besitos.db", 1, "no file"),
        ("seed status", "DATABASE_URL=sqlite:////missing/besitos.db", 1, "create it"),
    ],
)
def test_failure_is_one_sentence(
    tmp_path: Path, command: str, setting: str, exit_code: int, says: str
) -> None:
    """Stderr says what to do, in one line; stdout stays empty, so no script reads half a JSON."""
    name, _, value = setting.partition("=")

    ended = run_main(tmp_path, *command.split(), "--json", **{name: value})

    assert (exit_code, "") == (ended.exit_code, ended.stdout)
    (sentence,) = ended.sentences
    assert says in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("program", ["", "seed apply"])
def test_line_that_cannot_be_read(tmp_path: Path, program: str) -> None:
    """Whoever meant another database does not get a new one."""
    file = tmp_path / ".env"
    file.write_text("DATABASE_URL: postgresql://u:hush@db/besitos\nBOT_TOKEN=42:x\n")
    file.chmod(0o600)

    ended = run_main(tmp_path, *program.split(), TELEGRAM_API_URL="http://127.0.0.1:1")

    assert 2 == ended.exit_code
    assert "line 1 of .env cannot be read, and DATABASE_URL is not set" in ended.sentences[-1]
    assert "hush" not in ended.stderr
    assert [] == list(tmp_path.glob("*.db*"))


@pytest.mark.skipif(os.name != "posix", reason="files have no modes")
def test_env_file_that_others_may_write(tmp_path: Path) -> None:
    """Settings that somebody else may have written are not read; the sentence names the file."""
    file = tmp_path / ".env"
    file.write_text("TELEGRAM_API_URL=http://stranger.example\nBOT_TOKEN=42:hush-hush\n")
    file.chmod(0o666)

    ended = run_main(tmp_path)

    assert (2, "") == (ended.exit_code, ended.stdout)
    (sentence,) = ended.sentences
    assert sentence.startswith(f"{file} can be changed by other users")
    assert "hush" not in ended.stderr


def test_updates_put_aside(tmp_path: Path, sqlite_url: str) -> None:
    """They are listed for people and for machines, with what they were."""
    run_apply(tmp_path, sqlite_url)
    bare_sqlite.execute(
        tmp_path / "besitos.db",
        """INSERT INTO failed_updates
           VALUES (7, '{"update_id": 7, "message": {"text": "💋"}}', 'ZeroDivisionError', 5,
                   '2026-01-02 03:04:05.000000', '2026-01-02 03:05:00.000000')""",
    )

    listed = document(run_main(tmp_path, "updates", "--json", DATABASE_URL=sqlite_url))
    shown = run_main(tmp_path, "updates", DATABASE_URL=sqlite_url)

    assert {
        "updates": [
            {
                "update_id": 7,
                "kind": "message",
                "error": "ZeroDivisionError",
                "attempts": 5,
                "first_failed_at": "2026-01-02T03:04:05+00:00",
                "last_failed_at": "2026-01-02T03:05:00+00:00",
                "content": {"update_id": 7, "message": {"text": "💋"}},
            }
        ]
    } == listed
    assert (
        "2026-01-02 03:04:05 UTC  7 message: 5 attempts, the last at 2026-01-02 03:05:00 UTC; "
        "ZeroDivisionError"
    ) == shown.stdout.splitlines()[0]


def test_status_of_a_damaged_file(tmp_path: Path) -> None:
    """Looking only is no reason for a traceback."""
    (tmp_path / "besitos.db").write_bytes(b"This is no database. " * 500)

    ended = run_main(tmp_path, "seed", "status", "--json")

    assert (1, "") == (ended.exit_code, ended.stdout)
    (sentence,) = ended.sentences
    assert "(file is not a database); restore the file from a backup" in sentence


def test_database_that_is_not_there(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer is waited for, and said so without its password."""
    ended = run_main(
        tmp_path,
        "seed",
        "apply",
        DATABASE_URL="postgresql://besitos:hunter2@127.0.0.1:1/besitos",
        DATABASE_WAIT_TIMEOUT="0.5",
    )

    assert (1, "") == (ended.exit_code, ended.stdout)
    assert "waiting for the database postgresql" in ended.stderr.splitlines()[0]
    (sentence,) = ended.sentences
    assert "did not answer within 0.5 s" in sentence
    assert "hunter2" not in ended.stderr


@pytest.mark.parametrize(
    "command", ["seed apply", "seed take --all", "wipe --yes", "member export 1", "updates"]
)
def test_database_in_memory(tmp_path: Path, command: str) -> None:
    """A command says that what it did would be lost, and not that it is done."""
    ended = run_main(tmp_path, *command.split(), DATABASE_URL="sqlite://")

    assert (2, "") == (ended.exit_code, ended.stdout)
    assert ended.sentences[0].startswith("DATABASE_URL names no file, so the database would be")


@pytest.mark.parametrize(
    "command",
    [
        "wipe --yes",
        "seed history",
        "seed export",
        "seed revert",
        "updates",
        "member export 1",
        "member erase 1 --yes",
    ],
)
def test_file_that_is_not_there(tmp_path: Path, command: str) -> None:
    """Whoever mistypes the file's name is not told that all is well, or that a table is gone."""
    ended = run_main(tmp_path, *command.split(), DATABASE_URL="sqlite:///mistyped.db")

    assert (1, "") == (ended.exit_code, ended.stdout)
    (sentence,) = ended.sentences
    assert f"There is no file {tmp_path / 'mistyped.db'}" in sentence
    assert [] == list(tmp_path.iterdir())


def test_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    """What cannot be opened is one sentence, and nobody else has a last word."""
    ended = run_main(tmp_path, "seed", "status", DATABASE_URL=f"sqlite:///{tmp_path}")

    (sentence,) = ended.sentences
    assert "refuses the connection" in sentence


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("backup {}", "File name too long"),
        ("restore {} --yes", "File name too long"),
        ("seed export {}", "File name too long"),
    ],
)
def test_name_that_no_file_has(tmp_path: Path, command: str, said: str) -> None:
    """What the system does not give us is one sentence with its reason."""
    assert 0 == run_main(tmp_path, "seed", "apply").exit_code
    ended = run_main(tmp_path, *command.format("x" * 300).split())

    (sentence,) = ended.sentences
    assert (1, True) == (ended.exit_code, said in sentence)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("sandbox --port 0 --database foo", "--database is not a database address"),
        ("sandbox --port 0 --database sqlite://", "--database names no file"),
        ("sandbox --port 0 --database sqlite:///missing/x.db", "create it or correct --database."),
        ("sandbox --port 0 --database postgresql://u@127.0.0.1:1/x", "or correct --database."),
        ("move --to sqlite:///missing/x.db", "create it or correct --to."),
        ("move --to sqlite:////dev/null/x.db", "create it or correct --to."),
        ("move --to postgresql://u@127.0.0.1:1/x", "start it or correct --to."),
    ],
)
def test_address_of_an_option(tmp_path: Path, command: str, said: str) -> None:
    """What is wrong with an address that was given as an option is said of that option."""
    ended = run_main(tmp_path, *command.split(), DATABASE_WAIT_TIMEOUT="0")

    (sentence,) = ended.sentences
    assert ended.exit_code in {1, 2}
    assert said in sentence
    assert "DATABASE_URL" not in sentence


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("seed bogus", "bogus"),
        ("sandbox --port 99999", "65535"),
        ("sandbox --port -1", "--port"),
        ("member export 9223372036854775808", "ID"),
        ("member erase 99999999999999999999 --yes", "ID"),
    ],
)
def test_wrong_usage(tmp_path: Path, command: str, wrong: str) -> None:
    """What does not exist, or cannot be, is exit code 2, and the usage is shown on stderr."""
    ended = run_main(tmp_path, *command.split())

    assert (2, "") == (ended.exit_code, ended.stdout)
    assert wrong in ended.stderr
    assert "Traceback" not in ended.stderr


def test_wipe_asks(tmp_path: Path, sqlite_url: str) -> None:
    """Without an answer on stdin nothing is deleted."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)

    assert 1 == run_main(tmp_path, "wipe", DATABASE_URL=sqlite_url).exit_code
    assert 0 == run_main(tmp_path, "seed", "status", DATABASE_URL=sqlite_url).exit_code


def run_apply(folder: Path, url: str) -> Finished:
    """Run `seed apply --json`."""
    return run_main(folder, "seed", "apply", "--json", DATABASE_URL=url)


def document(ended: Finished) -> dict[str, Any]:
    """Return the one JSON document that a command that went well printed, and nothing else."""
    assert (0, []) == (ended.exit_code, ended.sentences)
    parsed: dict[str, Any] = json.loads(ended.stdout)
    return parsed


def would_change(ended: Finished, *, seeded: bool) -> bool:
    """Return what `seed status --json` says, having compared it with its exit code."""
    status = json.loads(ended.stdout)
    assert (3 if status["would_change"] else 0) == ended.exit_code
    versions = [seed["version_before"] for seed in status["seeds"]]
    assert seeded == (versions == [2])
    return bool(status["would_change"])


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii"])
def test_pipe_of_another_encoding(tmp_path: Path, encoding: str) -> None:
    """What is printed loses nothing but its looks, and the exit code is that of the work."""
    parsed = document(run_main(tmp_path, "seed", "plan", "--json", PYTHONIOENCODING=encoding))
    shown = run_main(tmp_path, "seed", "plan", PYTHONIOENCODING=encoding)

    assert_planned(shown)
    assert "\N{MONEY BAG}" in str(parsed)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16"])
def test_export_into_a_pipe(tmp_path: Path, encoding: str) -> None:
    """A manifest is UTF-8, whatever the pipe's encoding is, or nobody could read it."""
    assert 0 == run_main(tmp_path, "seed", "apply").exit_code
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    printed = subprocess.run(
        [sys.executable, MAIN, "seed", "export"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )

    exported = tomllib.loads(printed.stdout.decode())
    assert "Racha de 7 Días" in [reward["name"] for reward in exported["rewards"]]


def test_host_of_another_encoding(tmp_path: Path) -> None:
    """So it is where nothing is UTF-8 from the first moment of the interpreter."""
    bare = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LANG": "C"}

    assert_planned(run([str(MAIN), "seed", "plan"], tmp_path, **bare))


def assert_planned(shown: Finished) -> None:
    """Compare what `seed plan` has shown to people."""
    assert (0, []) == (shown.exit_code, shown.sentences)
    assert "Nothing was changed: this was a dry run." in shown.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("closed", ["| true", ">&-", "2>&-", "<&-"])
def test_nobody_reads(tmp_path: Path, closed: str) -> None:
    """A reader that has gone, and a stream that was never open, change no exit code."""
    command = f'"{sys.executable}" "{MAIN}" seed status {closed}; echo ${{PIPESTATUS[0]}} >code'

    ended = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert ("3\n", "") == ((tmp_path / "code").read_text(), ended.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["status", "status --json", "export", "apply"])
def test_output_to_a_full_disk(tmp_path: Path, command: str) -> None:
    """Whoever keeps the output in a file hears that it is not there."""
    run_main(tmp_path, "seed", "apply")

    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, MAIN, "seed", *command.split()],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    says = (
        "The output cannot be written (No space left on device); what the command did stays done, "
        "so let it write elsewhere.\n"
    )
    assert (1, says) == (ended.returncode, ended.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_log_to_a_full_disk(tmp_path: Path) -> None:
    """A log that nobody can keep stops no work, and a failure has its exit code all the same."""
    command = [sys.executable, MAIN, "seed", "apply"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=tmp_path, stderr=full, check=False)
        (tmp_path / ".env").write_text("LOG_LEVEL=loud")
        refused = subprocess.run(command, cwd=tmp_path, stderr=full, check=False)

    assert (0, 2) == (done.returncode, refused.returncode)
