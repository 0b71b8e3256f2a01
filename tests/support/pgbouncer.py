"""The real PgBouncer, on a free port of 127.0.0.1, before PostgreSQL's Unix socket."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.waiting import until

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_CONFIGURATION = """
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 900
{more}
"""


class Pooler:
    """One PgBouncer, which can be restarted; its port stays."""

    def __init__(self, folder: Path, socket_folder: str, port: int, configuration: str) -> None:
        """Run in a folder, as the owner of the server's socket."""
        self.port = port
        self._settings = folder, socket_folder, configuration
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start, and wait until it listens."""
        self._process = _start(*self._settings)
        await until(lambda: _is_open(self.port))

    async def stop(self) -> None:
        """Stop at once, whoever is connected."""
        if self._process:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait)


def tracks_statements() -> bool:
    """Return whether it knows `max_prepared_statements`: since 1.21."""
    if PGBOUNCER is None:
        return False
    told = subprocess.run([PGBOUNCER, "--version"], capture_output=True, text=True, check=True)
    _, _, version = told.stdout.partition("PgBouncer ")
    major, minor = version.split(".")[:2]
    return (int(major), int(minor)) >= (1, 21)


@asynccontextmanager
async def pgbouncer(
    socket_folder: str, *, mode: str = "transaction", size: int = 2, more: str = ""
) -> AsyncIterator[int]:
    """Run it with pools of `size` connections, and give the port."""
    async with pooler(socket_folder, mode=mode, size=size, more=more) as one:
        yield one.port


@asynccontextmanager
async def pooler(
    socket_folder: str,
    *,
    proxy_port: int | None = None,
    mode: str = "transaction",
    size: int = 2,
    more: str = "",
) -> AsyncIterator[Pooler]:
    """Run it before the socket of a server, or before a proxy on that port of 127.0.0.1."""
    with TemporaryDirectory(prefix="besitos-pgbouncer-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        configuration = _CONFIGURATION.format(
            server=f"127.0.0.1 port={proxy_port}" if proxy_port else socket_folder,
            port=port,
            mode=mode,
            size=size,
            more=more,
        )
        one = Pooler(Path(folder), socket_folder, port, configuration)
        try:
            await one.start()
            yield one
        finally:
            await one.stop()


def _start(folder: Path, socket_folder: str, configuration: str) -> subprocess.Popen[bytes]:
    assert PGBOUNCER is not None
    file = folder / "pgbouncer.ini"
    file.write_text(configuration, encoding="utf-8")
    # It refuses to run as root; whoever owns the server's socket may connect to it.
    owner = Path(socket_folder, ".s.PGSQL.5432").stat().st_uid
    os.chown(folder, owner, -1)
    return subprocess.Popen([PGBOUNCER, "--quiet", file], user=owner, stderr=subprocess.DEVNULL)


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
