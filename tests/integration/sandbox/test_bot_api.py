"""The Bot API's envelope: tokens, encodings, unknown methods."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import SandboxServer

Call = Callable[..., Awaitable[dict[str, Any]]]


async def test_wrong_token(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    """Another token is answered as Telegram answers it."""
    async with http.get(f"{server.url}/bot42:WRONG/getMe") as response:
        actual = (response.status, await response.json())

    assert actual == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    assert server.calls.methods() == []


async def test_unknown_method(call: Call) -> None:
    """A method that the sandbox does not have is an honest 404."""
    answer = await call("sendDice", chat_id=1001)

    assert (answer["error_code"], answer["description"]) == (404, "Not Found: method not found")


@pytest.mark.parametrize("encoding", ["json", "form", "multipart", "query"])
async def test_every_encoding(
    server: SandboxServer, http: aiohttp.ClientSession, encoding: str
) -> None:
    """JSON, form, multipart and query string carry the same parameters."""
    url = f"{server.url}/bot{server.token}/SENDmessage"
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    fields = {"chat_id": "1001", "text": "hola ñ 💋", "reply_markup": json.dumps(markup)}
    if encoding == "json":
        request = http.post(url, json={**fields, "reply_markup": markup})
    elif encoding == "form":
        request = http.post(url, data=fields)
    elif encoding == "query":
        request = http.get(url, params=fields)
    else:
        form = aiohttp.FormData(fields, default_to_multipart=True)
        request = http.post(url, data=form)
    async with request as response:
        result = (await response.json())["result"]

    assert ("hola ñ 💋", markup) == (result["text"], result["reply_markup"])
    assert server.calls.methods() == ["sendMessage"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"text": "\xff"}', b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"9" * 5000],
)
async def test_broken_bodies(
    server: SandboxServer, http: aiohttp.ClientSession, body: bytes
) -> None:
    """A body that is no JSON object is a 400, not a crash."""
    url = f"{server.url}/bot{server.token}/sendMessage"
    headers = {"Content-Type": "application/json"}
    async with http.post(url, data=body, headers=headers) as response:
        assert (response.status, (await response.json())["ok"]) == (400, False)


@pytest.mark.parametrize("markup", ["[" * 100_000, '{"inline_keyboard": ["\\ud800"]}'])
async def test_broken_parameter(call: Call, markup: str) -> None:
    """A parameter that no JSON parser could hold is a 400, too."""
    answer = await call("sendMessage", chat_id=1001, text="x", reply_markup=markup)

    assert 400 == answer["error_code"]


async def test_parts_without_end(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    """A multipart body of parts within parts is a 400."""
    part = "--b{}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n"
    body = "".join(part.format(depth, depth + 1) for depth in range(2000))
    headers = {"Content-Type": "multipart/form-data; boundary=b0"}
    url = f"{server.url}/bot{server.token}/getMe"
    async with http.post(url, data=body.encode(), headers=headers) as response:
        assert (response.status, (await response.json())["ok"]) == (400, False)


async def test_token_of_another_start(http: aiohttp.ClientSession) -> None:
    """Nobody can know a token beforehand, such as a web page whose <img> calls a method."""
    async with SandboxServer() as first, SandboxServer() as second:
        async with http.get(f"{first.url}/bot{second.token}/getMe") as response:
            assert 401 == response.status
        assert first.token != second.token


async def test_call_log(server: SandboxServer, call: Call) -> None:
    """The log holds each call with its parameters and outcome, and never the token."""
    await call("getMe")
    await call("sendMessage", chat_id=5, text="hola")

    log = server.calls.all()

    actual = [(one.number, one.method, dict(one.parameters), one.ok, one.error_code) for one in log]
    expected = [
        (1, "getMe", {}, True, None),
        (2, "sendMessage", {"chat_id": 5, "text": "hola"}, False, 400),
    ]
    assert expected == actual
    assert server.token not in repr(log)
