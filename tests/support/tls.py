"""TLS in front of a PostgreSQL that has none: certificates of our own, and who speaks it."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_REQUEST = bytes.fromhex("0000000804d2162f")


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Return the files of a certificate that signs itself for a host's name, and of its key."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "36500", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}", "-out", certificate, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@asynccontextmanager
async def speaking_tls(
    socket: Path, certificate: Path, key: Path, *, client: Path | None = None
) -> AsyncIterator[int]:
    """Give a port that passes on to the server's socket what comes by TLS.

    Only a `client` with that certificate is let in, if there is one.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    if client:
        context.load_verify_locations(client)
        context.verify_mode = ssl.CERT_REQUIRED
    ending: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ending.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(len(_REQUEST)) == _REQUEST:
                writer.write(b"S")
                await writer.start_tls(context)
                there, back = await asyncio.open_unix_connection(socket)
                ending.add(back)
                await asyncio.gather(_pass(reader, back), _pass(there, writer))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in ending:
            writer.close()
        await asyncio.sleep(0)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()
