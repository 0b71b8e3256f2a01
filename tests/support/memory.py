"""Temporary folder in memory: making a database on a disk costs the tests four times as much."""

import os
import shutil
import tempfile
from pathlib import Path

#: Where Linux has memory as a file system; files, locks and maps work there as on a disk.
_SHARED_MEMORY = Path("/dev/shm")
#: Bytes that must be free there; a run needs a tenth of that.
_ROOM = 4 * 1024**3


def use_memory_for_temporary_files() -> None:
    """Let this process and its children put them there, unless `TMPDIR` says where."""
    if "TMPDIR" not in os.environ and _is_fit(_SHARED_MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(_SHARED_MEMORY)


def _is_fit(folder: Path) -> bool:
    """Tell whether there is room, and whether programs may run there: a test installs some."""
    return (
        os.access(folder, os.W_OK)
        and not os.statvfs(folder).f_flag & os.ST_NOEXEC
        and shutil.disk_usage(folder).free >= _ROOM
    )
