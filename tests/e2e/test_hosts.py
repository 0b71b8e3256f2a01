"""The bot on hosts as they are: strange folders, no locale, no home, no terminal, other loops."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.telegram import drawing
from sandbox import SandboxServer
from tests.support import bare_sqlite
from tests.support.programs import MAIN, RunningBot

#: Nothing that a shell or a person would have set; not even UTF-8.
BARE = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
#: `main.py` on a loop as on Windows, which takes no signal handlers.
ON_ANOTHER_LOOP = f"""
import asyncio, runpy, sys

def refuse(self, *_):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = refuse
sys.argv[0] = {str(MAIN)!r}
sys.path[0] = {str(MAIN.parent)!r}
runpy.run_path({str(MAIN)!r}, run_name="__main__")
"""


async def test_refused_signal_handlers(tmp_path: Path) -> None:
    """Where the loop takes no signal handlers, SIGTERM still ends the bot well."""
    program = tmp_path / "other loop.py"
    program.write_text(ON_ANOTHER_LOOP)
    async with SandboxServer() as server:
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        async with RunningBot(tmp_path / "folder", program=program, **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            bot.terminate()
            ended = await bot.ended()

    assert (0, "", []) == (ended.exit_code, ended.stdout, ended.sentences)


async def test_bare_environment(tmp_path: Path) -> None:
    """A folder with blanks and accents, LANG=C, no HOME: the data is where it should be."""
    folder = tmp_path / "Año nuevo 💋"
    async with SandboxServer() as server:
        settings = {"BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url, **BARE}
        async with RunningBot(folder, program=MAIN, **settings) as bot:
            ana = server.telegram.ana
            await bot.until(server.calls.wait_for("getUpdates", timeout=60))
            server.telegram.say(ana, server.telegram.private(ana), "/start")
            chat = server.telegram.private(ana)
            told = await bot.until(server.telegram.wait_for_message(chat, timeout=60))
            bot.terminate()
            ended = await bot.ended()

    assert (0, []) == (ended.exit_code, ended.sentences)
    assert "¡Hola, Ana!" in told.text
    names = bare_sqlite.query(folder / "besitos.db", "SELECT first_name FROM users")
    assert [(ana.first_name,)] == names


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams(tmp_path: Path, closed: str) -> None:
    """A supervisor that closes stdin, or all three, gets the exit code of the work."""
    command = f'"$0" "$1" seed apply {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, MAIN],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", **BARE},
        check=False,
    )

    assert 0 == done.returncode
    assert [(3,)] == bare_sqlite.query(tmp_path / "besitos.db", "SELECT count(*) FROM rewards")


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_drawing_without_any_writable_folder() -> None:
    """An unprivileged user on a read-only tree without /tmp reads what to set."""
    folders = " && ".join(f"mount -t tmpfs -o ro none {one}" for one in ("/tmp", "/var/tmp"))
    unprivileged = "setpriv --reuid 65534 --regid 65534 --clear-groups"
    command = f'{folders} && exec {unprivileged} "$0" -P "$1"'
    made = subprocess.run(
        ["unshare", "-m", "sh", "-c", command, sys.executable, drawing.__file__],
        input=json.dumps({"days": [[1, 2]], "words": {"earned": "a", "spent": "b"}}),
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Operation not permitted" in made.stderr:
        pytest.skip("this machine lets nobody mount")
    if made.returncode in {126, 127}:  # as the shell says it
        pytest.skip("an unprivileged user without /tmp cannot reach this checkout's Python")

    last = made.stderr.splitlines()[-1]
    assert (1, "") == (made.returncode, made.stdout)
    assert "set the MPLCONFIGDIR environment variable to a writable directory" in last
