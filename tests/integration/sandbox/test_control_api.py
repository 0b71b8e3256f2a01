import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import SandboxServer
from sandbox.control import api
from tests.support.raw_http import exchange

Call = Callable[..., Awaitable[dict[str, Any]]]
Control = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture
def post(server: SandboxServer, http: aiohttp.ClientSession) -> Control:
    async def post(path: str, **body: object) -> tuple[int, dict[str, Any]]:
        async with http.post(f"{server.url}/sandbox/api/{path}", json=body) as response:
            return response.status, await response.json()

    return post


@pytest.fixture
def view(server: SandboxServer, http: aiohttp.ClientSession) -> Call:
    async def view(**query: int) -> dict[str, Any]:
        async with http.get(f"{server.url}/sandbox/api/view", params=query) as response:
            assert response.ok
            return await response.json()

    return view


async def test_page_and_its_files(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    """The page is served with a policy that lets it load nothing from elsewhere."""
    for path in ("/", "/page/js/app.js", "/page/css/theme.css"):
        async with http.get(server.url + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert (response.status, policy.startswith("default-src 'none'")) == (200, True)


async def test_members(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    """The page learns which member one can be, who the bot is, and which reactions to offer."""
    async with http.get(f"{server.url}/sandbox/api/members") as response:
        answer = await response.json()

    assert [one.id for one in server.telegram.members] == [one["id"] for one in answer["members"]]
    assert ({"id": 42, "name": "Besitos"}, "👍") == (answer["bot"], answer["picker"][0])


async def test_view_waits_for_a_change(server: SandboxServer, view: Call) -> None:
    """The page's view comes at once at first, and then as soon as something changed."""
    first = await view(member=1001, chat=1001)
    waiting = asyncio.create_task(view(member=1001, chat=1001, after=first["version"]))
    ana = server.telegram.ana
    server.telegram.say(ana, server.telegram.private(ana), "hola")

    later = await waiting

    assert (
        first["messages"],
        [message["text"] for message in later["messages"]],
    ) == ([], ["hola"])
    assert later["connection"] == "none"


async def test_what_a_member_does(
    server: SandboxServer, call: Call, post: Control, view: Call
) -> None:
    """Writing, pressing and reacting on the page reach the bot and come back in the view."""
    group = server.telegram.group.id
    await call("getUpdates", allowed_updates=["message", "callback_query", "message_reaction"])
    button = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    sent = (await call("sendMessage", chat_id=group, text="x", reply_markup=button))["result"]
    where = {"member": 1002, "chat": group}
    target = {**where, "message_id": sent["message_id"]}
    await post("say", **where, text="/top")
    _, pressed = await post("press", **target, data="b")
    await post("react", **target, emoji=["❤"])
    updates = (await call("getUpdates"))["result"]
    await call("answerCallbackQuery", callback_query_id=pressed["query_id"], text="¡Hecho!")

    shown = await view(**where)

    kinds = [kind for update in updates for kind in update if kind != "update_id"]
    assert kinds == ["message", "callback_query", "message_reaction"]
    assert shown["messages"][0]["reactions"] == [{"emoji": "❤", "count": 1, "mine": True}]
    assert shown["notices"] == [{"number": 1, "text": "¡Hecho!", "alert": False}]
    assert shown["connection"] == "polling"


async def test_new_member(server: SandboxServer, post: Control) -> None:
    """A member added on the page is one of the sandbox's."""
    _, answer = await post("members", first_name="Zoé", language_code="en")

    assert answer["member"]["id"] == server.telegram.members[-1].id


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("say", {"member": 5, "chat": 1001, "text": "x"}, "There is no member 5."),
        ("say", {"member": 1001, "chat": 5, "text": "x"}, "There is no chat 5."),
        ("say", {"member": 1001, "chat": 1001}, "text: Field required"),
        ("press", {"member": 1001, "chat": 1001, "message_id": 1, "data": "x"}, "no message 1"),
        ("faults", {"method": "getMe", "kind": "x"}, "kind: "),
    ],
)
async def test_impossible_actions(
    post: Control, path: str, body: dict[str, object], expected: str
) -> None:
    """What cannot be done is a 400 with a sentence."""
    status, answer = await post(path, **body)

    assert (status, expected in answer["error"]) == (400, True)


async def test_faults_and_calls(
    server: SandboxServer, call: Call, post: Control, http: aiohttp.ClientSession
) -> None:
    """Another process can inject faults, clear them and read the log, without the token."""
    await post("faults", method="getMe", kind="429", retry_after=2, times=None)
    failed = await call("getMe")
    await post("faults", clear=True)
    passed = await call("getMe")
    async with http.get(f"{server.url}/sandbox/api/calls?after=1") as response:
        text = await response.text()
        (logged,) = (await response.json())["calls"]

    assert (failed["parameters"], passed["ok"]) == ({"retry_after": 2}, True)
    assert (logged["number"], logged["method"], logged["ok"]) == (2, "getMe", True)
    assert server.token not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1.nip.io:{port}"},
        {"Host": "127.0.0.1:{port}@evil.example"},
        {"Host": "0.0.0.0:{port}"},
        {"Host": "[::1]:{port}"},
        {"Host": "localhost.:{port}"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Origin": "http://127.0.0.1:{port}, http://evil.example"},
        {"Origin": "file://"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_foreign_pages_are_refused(
    server: SandboxServer, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    """Neither a rebound DNS name nor a page of another origin gets anything or does anything."""
    sent = {name: value.format(port=server.port) for name, value in headers.items()}
    say = {"member": 1001, "chat": 1001, "text": "x"}
    for method, path, body in (
        ("GET", "/", None),
        ("GET", "/page/js/app.js", None),
        ("GET", "/sandbox/api/members", None),
        ("POST", "/sandbox/api/say", say),
        ("OPTIONS", "/sandbox/api/say", None),
        ("GET", f"/bot{server.token}/getMe", None),
        ("POST", f"/bot{server.token}/deleteWebhook", {}),
    ):
        async with http.request(method, server.url + path, json=body, headers=sent) as response:
            assert 403 == response.status
            assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert [] == server.calls.methods()
    assert () == server.telegram.messages(server.telegram.private(server.telegram.ana))


@pytest.mark.parametrize(
    "head",
    ["GET http://evil.example/sandbox/api/members HTTP/1.1", "GET /sandbox/api/members HTTP/1.0"],
)
async def test_other_host_in_the_first_line(server: SandboxServer, head: str) -> None:
    """A host in the request's line counts as one in a header does, and none is none of ours."""
    host = f"Host: 127.0.0.1:{server.port}\r\n" if "1.1" in head else ""

    answer = await exchange(server.port, f"{head}\r\n{host}Connection: close\r\n\r\n".encode())

    assert b" 403 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py",
        "/page/..%2fserver.py",
        "/page/%2e%2e/server.py",
        "/page/%2E%2E%2Fserver.py",
        "/page/%252e%252e/server.py",
        "/page/..%5cserver.py",
        "/page/..\\server.py",
        "/page/..;/server.py",
        "/page/....//server.py",
        "/page/js/../../server.py",
        "/page/js/..%2f..%2fserver.py",
        "/page/%c0%ae%c0%ae/server.py",
        "/page//etc/hostname",
        "/page/%2fetc/hostname",
        "/page/%2f%2fetc%2fhostname",
        "/page/file:///etc/hostname",
        "/page/index.html%00.js",
        "/page/" + "%2e%2e/" * 30 + "etc/hostname",
        "/page/" + "a" * 5000,
        "/sandbox/photos/..%2f..%2fserver.py",
        "//etc/hostname",
        "/../../../../etc/hostname",
    ],
)
async def test_no_way_out_of_the_page(
    server: SandboxServer, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Nothing but the page's own files is served, and no odd name is a failure."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"

    answer = await exchange(server.port, head.encode())

    assert b" 404 " in answer.splitlines()[0]
    assert [] == caplog.messages


@pytest.mark.parametrize("path", ["/page", "/page/", "/page/js", "/page/js/"])
async def test_no_listing(server: SandboxServer, http: aiohttp.ClientSession, path: str) -> None:
    """A folder is not listed."""
    async with http.get(server.url + path) as response:
        assert 403 == response.status


async def test_no_symlink_out_of_the_page(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A link to elsewhere among the page's files leads nowhere."""
    (tmp_path / "page").mkdir()
    (tmp_path / "secret.txt").write_text("hush")
    (tmp_path / "page" / "file.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "page" / "folder").symlink_to(tmp_path)
    monkeypatch.setattr(api, "PAGE", tmp_path / "page")
    async with SandboxServer() as server:
        for path in ("file.txt", "folder/secret.txt"):
            async with http.get(f"{server.url}/page/{path}") as response:
                assert (404, False) == (response.status, "hush" in await response.text())


async def test_bodies_must_be_json(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    """A body that a foreign form could send is refused, and nothing happens."""
    body = '{"member": 1001, "chat": 1001, "text": "x"}'
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": content_type}
        async with http.post(
            f"{server.url}/sandbox/api/say", data=body, headers=headers
        ) as response:
            assert response.status == 415
    assert server.telegram.messages(server.telegram.private(server.telegram.ana)) == ()


@pytest.mark.parametrize(
    ("body", "charset"),
    [(b"\xff", "utf-8"), (b"{}", "none"), (b"[" * 100_000, "utf-8")],
)
@pytest.mark.parametrize("path", ["say", "faults"])
async def test_bodies_that_nobody_can_read(
    server: SandboxServer, http: aiohttp.ClientSession, path: str, body: bytes, charset: str
) -> None:
    """A body that is no text is a 400 with a sentence."""
    url = f"{server.url}/sandbox/api/{path}"
    headers = {"Content-Type": f"application/json; charset={charset}"}
    async with http.post(url, data=body, headers=headers) as response:
        assert (400, True) == (response.status, "error" in await response.json())
