"""A `.env` that is not to be trusted ends every command before it does anything."""

import os
from pathlib import Path

import pytest

from tests.support.programs import run_main


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
