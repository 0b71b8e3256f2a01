"""Commands that fail: one sentence on stderr that says what to do, an exit code, and no output."""

from pathlib import Path

import pytest

from tests.support.programs import run_main


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
        "seed take --all",
        "move --to sqlite:///other.db --yes",
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
    (tmp_path / "besitos.db").touch(0o600)  # what is moved is there
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
