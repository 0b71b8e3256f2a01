"""What commands import: most do without aiogram, which takes seconds."""

import json
from pathlib import Path

from tests.support.programs import MAIN, run

#: Each with the exit code that it has here: nobody is stored, and no bot runs.
COMMANDS = {
    "seed status": 3,
    "seed plan": 0,
    "seed apply": 0,
    "seed history": 0,
    "seed export": 0,
    "seed revert": 0,
    "updates": 0,
    "backup copy.db": 0,
    "restore copy.db --yes": 0,
    "member export 5": 1,
    "member erase 5 --yes": 1,
    "move --yes --to sqlite:///other.db": 0,
    "wipe --yes": 0,
    "health": 1,
}
#: Runs commands one after the other, and prints what each has ended with and imported by then.
ONE_AFTER_THE_OTHER = f"""
import contextlib, io, json, sys

sys.path.insert(0, {str(MAIN.parent)!r})
from bot.cli import main

seen = {{}}
for command in sys.argv[1:]:
    sys.argv[1:] = command.split()
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as ending:
            seen[command] = ending.code, sorted({{"aiogram", "aiohttp"}} & sys.modules.keys())
print(json.dumps(seen))
"""


def test_commands_import_no_aiogram(tmp_path: Path) -> None:
    """A command that has nothing to do with Telegram imports neither aiogram nor aiohttp."""
    ended = run(["-c", ONE_AFTER_THE_OTHER, *COMMANDS], tmp_path, HTTP_PORT="1")

    expected = {command: [code, []] for command, code in COMMANDS.items()}
    assert expected == json.loads(ended.stdout), ended.stderr
