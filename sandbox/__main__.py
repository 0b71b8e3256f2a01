"""`python -m sandbox [port]`: a sandbox without a bot, for a bot that runs elsewhere."""

import asyncio
import contextlib
import sys

from sandbox.errors import SandboxError
from sandbox.server import SandboxServer


async def serve(port: int) -> None:
    """Serve the sandbox until interrupted, once its address and token are printed."""
    async with SandboxServer(port) as server:
        sys.stdout.write(f"TELEGRAM_API_URL={server.url}\nBOT_TOKEN={server.token}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
        except SandboxError as problem:
            sys.exit(str(problem))
