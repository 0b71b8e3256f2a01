import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import BotApiError, Call, Fault, SandboxServer

CallApi = Callable[..., Awaitable[dict[str, Any]]]


async def test_429_for_the_next_calls(server: SandboxServer, call: CallApi) -> None:
    """The next n calls of a method get 429 with retry_after; others and later ones pass."""
    server.faults.too_many_requests("sendMessage", retry_after=3, times=2)

    answers = [await call("sendMessage", chat_id=1001, text="x") for _ in range(3)]
    other = await call("getMe")

    assert [one.get("error_code") for one in answers] == [429, 429, None]
    assert answers[0]["parameters"] == {"retry_after": 3}
    assert other["ok"]
    assert len(server.telegram.messages(server.telegram.private(server.telegram.ana))) == 1


async def test_500(server: SandboxServer, call: CallApi) -> None:
    """A server error has no effect but its answer."""
    server.faults.server_error("*", times=None)
    answers = [await call("getMe"), await call("sendMessage", chat_id=1001, text="x")]
    server.faults.clear()

    assert [one["error_code"] for one in answers] == [500, 500]
    assert (await call("getMe"))["ok"]


@pytest.mark.parametrize(("kind", "expected"), [("drop", 0), ("lose_answer", 1)])
async def test_lost_connections(
    server: SandboxServer, call: CallApi, kind: str, expected: int
) -> None:
    """A dropped call is not carried out; one whose answer is lost is."""
    getattr(server.faults, kind)("sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=1001, text="x")

    messages = server.telegram.messages(server.telegram.private(server.telegram.ana))
    assert expected == len(messages)
    assert None is server.calls.all("sendMessage")[0].ok


async def test_429_for_one_chat(server: SandboxServer, call: CallApi) -> None:
    """A fault of one chat leaves the others alone."""
    server.faults.too_many_requests("sendMessage", retry_after=3, times=None, chat=1001)

    answers = [await call("sendMessage", chat_id=chat, text="x") for chat in (1001, 1002)]

    assert [False, True] == [one["ok"] for one in answers]


@pytest.mark.parametrize(
    ("kind", "status", "carried_out"),
    [("web_page", 502, 0), ("nulls", 200, 0), ("unreadable", 200, 1)],
)
async def test_strange_answers(
    server: SandboxServer, http: aiohttp.ClientSession, kind: str, status: int, carried_out: int
) -> None:
    """Something else comes instead of the answer, whether the call is carried out or not."""
    getattr(server.faults, kind)("sendMessage")
    url = f"{server.url}/bot{server.token}/sendMessage"

    async with http.post(url, json={"chat_id": 1001, "text": "x"}) as response:
        body = await response.read()

    messages = server.telegram.messages(server.telegram.private(server.telegram.ana))
    assert (status, carried_out) == (response.status, len(messages))
    assert {
        "web_page": b"v\xe1lida" in body,
        "nulls": body == b'{"ok": true, "result": [null]}',
        "unreadable": b'"forward_origin": {"type": "hidden_user", "date": 1}' in body,
    }[kind]


async def test_delay_ends_with_the_server(http: aiohttp.ClientSession) -> None:
    """A delayed call is still waiting when others pass, and does not hold the server up."""
    async with SandboxServer() as server:
        server.faults.delay("sendMessage", 600)
        url = f"{server.url}/bot{server.token}"
        slow = asyncio.create_task(http.post(f"{url}/sendMessage", json={}))
        await server.calls.wait_for("sendMessage")
        async with http.get(f"{url}/getMe") as response:
            assert response.ok
        assert not slow.done()
    await asyncio.wait_for(asyncio.gather(slow, return_exceptions=True), 5)


async def test_hook_decides_per_call(server: SandboxServer, call: CallApi) -> None:
    """A hook sees each call and may make it fail."""

    async def only_luis(one: Call) -> Fault | None:
        error = BotApiError(403, "Forbidden: bot was blocked by the user")
        return Fault(error=error) if one.parameters.get("chat_id") == 1002 else None

    server.faults.hook = only_luis

    answers = [await call("sendMessage", chat_id=chat, text="x") for chat in (1001, 1002)]

    assert [one["ok"] for one in answers] == [True, False]
