"""Kind and permissions of `.env`: pipes, folders, and other users of the machine."""

import os
import re
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

#: Where the settings are read from besides the environment: the working folder.
ENV_FILE: Final = Path(".env")
#: Settings whose mere value lets a stranger in.
_SECRETS: Final = ("BOT_TOKEN", "WEBHOOK_SECRET")
_PASSWORD_IN_ADDRESS: Final = re.compile(r"://[^:@]*:.+@")
#: Seconds for who writes into a pipe, such as a password manager that asks its owner first.
PIPE_PATIENCE: Final = 30.0


def is_no_file(file: Path) -> bool:
    """Return whether something has that name and no settings are read from it.

    Docker makes a folder where it should mount a file that is not there. A virtual environment of
    that name, and a link to /dev/null, are there on purpose.
    """
    if file.is_file() or file.is_fifo() or file.is_char_device():
        return False
    return os.path.lexists(file) and not (file / "pyvenv.cfg").is_file()


@contextmanager
def pipe_deadline(file: Path, seconds: float = PIPE_PATIENCE) -> Iterator[None]:
    """Raise TimeoutError when a block reads from a pipe and nobody writes into it for so long."""
    if os.name != "posix" or not file.is_fifo():
        yield
        return
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def is_a_strangers(file: Path) -> bool:
    """Return whether it belongs to somebody who could not change this program anyway."""
    if not _is_read(file):
        return False
    trusted = {0, os.geteuid(), Path(__file__).stat().st_uid}
    return not {file.lstat().st_uid, file.stat().st_uid} <= trusted


def others_may_write(file: Path) -> bool:
    """Return whether its mode lets others than its owner change it."""
    return _is_open(file, group=stat.S_IWGRP, others=stat.S_IWOTH)


def others_may_read_a_secret(file: Path) -> bool:
    """Return whether it holds a token or password, and its mode lets others than its owner read."""
    if not file.is_file():  # what came out of a pipe is gone
        return False
    return _is_open(file, group=stat.S_IRGRP, others=stat.S_IROTH) and _holds_a_secret(file)


def _is_read(file: Path) -> bool:
    """Return whether the settings are read from it, and modes and owners mean something here."""
    return os.name == "posix" and (file.is_file() or file.is_fifo())


def _is_open(file: Path, *, group: int, others: int) -> bool:
    if not _is_read(file):
        return False
    status = file.stat()
    by_group = status.st_mode & group and not _is_private(status.st_gid, status.st_uid)
    return bool(by_group or status.st_mode & others)


def _is_private(group_id: int, owner_id: int) -> bool:
    """Return whether a group is one that many systems give each user: the owner's, or our own."""
    import grp  # noqa: PLC0415 - neither is there on Windows
    import pwd  # noqa: PLC0415

    for user_id in {owner_id, os.geteuid()}:
        try:
            user, group = pwd.getpwuid(user_id), grp.getgrgid(group_id)
        except KeyError:
            continue
        if user.pw_name == group.gr_name and set(group.gr_mem) <= {user.pw_name}:
            return True
    return False


def _holds_a_secret(file: Path) -> bool:
    # Only a file that is open to others costs the import.
    from dotenv import dotenv_values  # noqa: PLC0415

    values = {name.upper(): value or "" for name, value in dotenv_values(file).items()}
    return any(map(values.get, _SECRETS)) or any(map(_PASSWORD_IN_ADDRESS.search, values.values()))
