import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

from sandbox import SandboxError, SandboxServer

REPOSITORY = Path(__file__).parents[3]


async def test_port_in_use(server: SandboxServer) -> None:
    """A taken port is one sentence that says what to do."""
    with pytest.raises(SandboxError, match="Choose another port"):
        async with SandboxServer(server.port):
            pass


async def test_as_a_program(server: SandboxServer) -> None:
    """`python -m sandbox` on a taken port ends with the sentence and no traceback."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", str(server.port)),
        cwd=REPOSITORY,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await program.communicate()

    assert (program.returncode, errors.decode().count("\n")) == (1, 1)
    assert b"Choose another port" in errors


async def test_listens_on_loopback_only(server: SandboxServer) -> None:
    """The address is 127.0.0.1 and nothing else."""
    assert f"http://127.0.0.1:{server.port}" == server.url


async def test_closing_ends_everything(http: aiohttp.ClientSession) -> None:
    """Closing ends long polls, page views and webhook deliveries at once and leaves no task."""
    before = asyncio.all_tasks()
    loop = asyncio.get_running_loop()
    async with SandboxServer() as server:
        poll = asyncio.create_task(
            http.post(f"{server.url}/bot{server.token}/getUpdates", json={"timeout": 50})
        )
        await server.calls.wait_for("getUpdates")
        started = loop.time()
    seconds = loop.time() - started
    await asyncio.wait_for(asyncio.gather(poll, return_exceptions=True), 5)

    assert seconds < 3
    assert set() == asyncio.all_tasks() - before


async def test_closing_with_a_webhook_that_is_down(http: aiohttp.ClientSession) -> None:
    """A delivery that keeps failing does not outlive the server."""
    before = asyncio.all_tasks()
    async with SandboxServer() as server:
        url = f"{server.url}/bot{server.token}/setWebhook"
        async with http.post(url, json={"url": "http://127.0.0.1:9/none"}) as response:
            assert response.ok
        server.telegram.say(server.telegram.ana, server.telegram.group, "hola")

    assert set() == asyncio.all_tasks() - before


async def test_wait_for_says_what_came_instead(server: SandboxServer) -> None:
    """A wait that is over names the calls that did come."""
    server.calls.begin("getMe", {})

    with pytest.raises(TimeoutError, match=r"No call 1 of sendMessage .* \['getMe'\]"):
        await server.calls.wait_for("sendMessage", timeout=0.01)
