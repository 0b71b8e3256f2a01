"""`python main.py seed export FILE`: what becomes of the file, whatever happens."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.cli.text_file import write_text
from tests.support.programs import run_main

TOO_MUCH = "x" * 5_000_000


@contextmanager
def small_files() -> Iterator[None]:
    """Let no file grow beyond 1 MB, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("before", [None, "what was there"])
def test_full_disk(tmp_path: Path, before: str | None) -> None:
    """A text that does not fit leaves the file of before, or none, and nothing beside it."""
    file = tmp_path / "own.toml"
    if before:
        file.write_text(before)

    with small_files(), pytest.raises(OSError, match="File too large"):
        write_text(file, TOO_MUCH, replace=bool(before))

    assert ([file] if before else []) == list(tmp_path.iterdir())
    assert before == (file.read_text() if before else None)


def test_link_and_mode_stay(tmp_path: Path) -> None:
    """What is replaced is the file that a link leads to, and it stays for whom it was for."""
    file, link = tmp_path / "own.toml", tmp_path / "link.toml"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)

    write_text(link, "after", replace=True)

    assert link.is_symlink()
    assert ("after", 0o640) == (file.read_text(), file.stat().st_mode & 0o777)


def test_device_is_written_to(tmp_path: Path, sqlite_url: str) -> None:
    """A device is no file that another could take the place of."""
    seeded = run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)
    ended = run_main(tmp_path, "seed", "export", "/dev/full", "--force", DATABASE_URL=sqlite_url)

    assert (0, 1) == (seeded.exit_code, ended.exit_code)
    assert ["/dev/full cannot be written (No space left on device)."] == ended.sentences
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("end", ["", "-wal"])
def test_database_itself_is_refused(tmp_path: Path, sqlite_url: str, end: str) -> None:
    """Nobody loses the database, or the log beside it, to an export of it."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)
    link = tmp_path / "innocent.toml"
    link.symlink_to(tmp_path / f"besitos.db{end}")

    ended = run_main(tmp_path, "seed", "export", link.name, "--force", DATABASE_URL=sqlite_url)

    refusal = "innocent.toml is the database itself, or the log beside it; name another file."
    assert (1, [refusal]) == (ended.exit_code, ended.sentences)
    assert 0 == run_main(tmp_path, "seed", "status", DATABASE_URL=sqlite_url).exit_code


def test_dash_is_the_output(tmp_path: Path, sqlite_url: str) -> None:
    """A - means stdout, as everywhere, and no file of that name."""
    run_main(tmp_path, "seed", "apply", DATABASE_URL=sqlite_url)

    ended = run_main(tmp_path, "seed", "export", "-", DATABASE_URL=sqlite_url)

    assert "[config]" in ended.stdout
    assert not (tmp_path / "-").exists()
