"""Output of commands: into pipes of any encoding, to readers that have gone, and to full disks."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.programs import MAIN, Finished, document, run, run_main


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
