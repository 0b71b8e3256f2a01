"""A host with nothing to spare: nobody's user, a read-only tree, no /tmp, one folder for data."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

#: The one folder that the user may write to, empty each time.
DATA: Final = Path("/mnt")
_NOBODY: Final = 65534
#: The checkout and its Python may lie where only root looks in: reading stays, and nothing else.
_READING: Final = "-all,+dac_read_search"
_MOUNTS: Final = (
    "mount -t tmpfs -o ro none /tmp",
    "mount -t tmpfs -o ro none /var/tmp",
    f"mount -t tmpfs -o uid={_NOBODY},gid={_NOBODY} none {DATA}",
    "mount -o remount,bind,ro /",
)


def command(*program: str, folder: Path) -> list[str]:
    """Return what runs a program there in `folder`."""
    user = (
        f"setpriv --reuid {_NOBODY} --regid {_NOBODY} --clear-groups --inh-caps={_READING}"
        f" --ambient-caps={_READING} --bounding-set={_READING}"
    )
    mounts = " && ".join(_MOUNTS)
    inside = f'{mounts} && cd "$0" && exec {user} "$@"'
    return ["unshare", "--mount", "sh", "-c", inside, str(folder), *program]


def entrance(folder: Path, name: str, *program: str) -> Path:
    """Write a Python program that turns into the one that is given, without stdin.

    It runs there, in a folder of that name in the one for data.
    """
    file = folder / "enter.py"
    inside = 'mkdir "$0" && cd "$0" && exec "$@" <&-'
    # Bytes, since an interpreter in an environment without UTF-8 cannot encode every name.
    arguments = [part.encode() for part in command("sh", "-c", inside, name, *program, folder=DATA)]
    file.write_text(f"import os\n\nos.execvp({arguments[0]!r}, {arguments!r})\n", encoding="utf-8")
    return file


@cache
def obstacle() -> str | None:
    """Return why no such host can be made on this machine, None if one can."""
    for tool in ("unshare", "setpriv"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    tried = subprocess.run(
        command(sys.executable, "-c", "", folder=DATA), capture_output=True, text=True, check=False
    )
    if tried.returncode == 0:
        return None
    return f"this machine lets nobody mount: {tried.stderr.strip()}"
