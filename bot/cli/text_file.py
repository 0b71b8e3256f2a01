"""A text file that is written whole or not at all."""

import os
from pathlib import Path


def write_text(file: Path, text: str, *, replace: bool) -> None:
    """Write a file; there is none if that fails, or the one of before.

    What is no file, such as a terminal or a pipe, is only written to. Raises `OSError`, of it
    `FileExistsError` for what is there and shall not be replaced.
    """
    if not replace:
        _make(file, text)
        return
    target = Path(os.path.realpath(file))  # a link goes on leading there
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8") as device:
            device.write(text)
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    _make(part, text)
    try:
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _make(file: Path, text: str) -> None:
    with file.open("x", encoding="utf-8") as new:
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        except BaseException:
            file.unlink()
            raise
