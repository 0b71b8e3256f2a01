"""The bot on hosts as they are: strange folders, no locale, no home, no terminal, other loops."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.telegram import drawing
from sandbox import SandboxServer
from tests.support import bare_sqlite, barren_host
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


def test_closed_streams(tmp_path: Path) -> None:
    """A supervisor that closes all three gets the exit code of the work, and a whole database."""
    done = subprocess.run(
        ["sh", "-c", '"$0" "$1" seed apply <&- >&- 2>&-', sys.executable, MAIN],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", **BARE},
        check=False,
    )

    assert 0 == done.returncode
    assert [(3,)] == bare_sqlite.query(tmp_path / "besitos.db", "SELECT count(*) FROM rewards")


async def test_bare_host(tmp_path: Path) -> None:
    """LANG=C, no HOME, no stdin, a folder with blanks and accents: the bot works in that alone.

    Where this machine lets us, as nobody's user on a read-only tree without /tmp, too.
    """
    name = "Año nuevo 💋"
    barren = barren_host.obstacle() is None
    data = barren_host.DATA if barren else tmp_path
    program = barren_host.entrance(tmp_path, name, sys.executable, str(MAIN)) if barren else MAIN
    async with SandboxServer() as server:
        ana = server.telegram.ana
        chat = server.telegram.private(ana)
        settings = {
            "BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "ADMIN_IDS": str(ana.id),
            **BARE,
        }
        async with RunningBot(tmp_path / name, program=program, anew=True, **settings) as bot:
            await bot.until(server.calls.wait_for("getUpdates", timeout=180))
            server.telegram.say(ana, chat, "/start")
            greeting = await bot.until(server.telegram.wait_for_message(chat, timeout=60))
            said = server.telegram.say(ana, chat, "/admin")
            panel = await bot.until(
                server.telegram.wait_for_message(chat, after=said.message_id, timeout=60)
            )
            figures = panel.button("📊").callback_data
            assert figures is not None
            server.telegram.press(ana, chat, panel.message_id, figures)
            await bot.until(server.calls.wait_for("sendPhoto", answered=True, timeout=60))
            bot.terminate()
            ended = await bot.ended()

    assert (0, "", []) == (ended.exit_code, ended.stdout, ended.sentences)
    assert "¡Hola, Ana!" in greeting.text
    # Without UTF-8 the log shows the name's other letters by their numbers.
    assert re.search(rf"made a new database: {data}/A\S+o nuevo \S+/besitos\.db", ended.stderr)


def test_drawing_without_any_writable_folder() -> None:
    """Where not even the data's folder can be written to, the chart says what to set."""
    if reason := barren_host.obstacle():
        pytest.skip(reason)
    made = subprocess.run(
        barren_host.command(sys.executable, "-P", drawing.__file__, folder=Path("/")),
        input=json.dumps({"days": [[1, 2]], "words": {"earned": "a", "spent": "b"}}),
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    last = made.stderr.splitlines()[-1]
    assert (1, "") == (made.returncode, made.stdout)
    assert "set the MPLCONFIGDIR environment variable to a writable directory" in last
