from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import SandboxServer


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        yield session


@pytest.fixture
def call(
    server: SandboxServer, http: aiohttp.ClientSession
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Call a Bot API method with a JSON body and return the whole answer."""

    async def call(method: str, **parameters: object) -> dict[str, Any]:
        url = f"{server.url}/bot{server.token}/{method}"
        async with http.post(url, json=parameters) as response:
            answer: dict[str, Any] = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer

    return call
