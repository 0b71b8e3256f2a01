import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from sandbox import SandboxServer
from sandbox.webhook import SECRET_HEADER

Call = Callable[..., Awaitable[dict[str, Any]]]


@dataclass
class Receiver:
    """A bot's web server; answers what `answers` says, then 200."""

    url: str = ""
    answers: list[web.Response] = field(default_factory=list)
    arrived: asyncio.Queue[tuple[dict[str, Any], str | None]] = field(default_factory=asyncio.Queue)

    async def handle(self, request: web.Request) -> web.Response:
        await self.arrived.put((await request.json(), request.headers.get(SECRET_HEADER)))
        return self.answers.pop(0) if self.answers else web.Response()

    async def next(self) -> tuple[dict[str, Any], str | None]:
        return await asyncio.wait_for(self.arrived.get(), 10)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_delivers_in_order_with_the_secret(
    server: SandboxServer, call: Call, receiver: Receiver
) -> None:
    """Updates arrive one by one with the secret header, the waiting ones first."""
    telegram = server.telegram
    telegram.say(telegram.ana, telegram.group, "a")
    await call("setWebhook", url=receiver.url, secret_token="top-secret")
    telegram.say(telegram.ana, telegram.group, "b")

    arrived = [await receiver.next(), await receiver.next()]

    actual = [(update["message"]["text"], secret) for update, secret in arrived]
    assert actual == [("a", "top-secret"), ("b", "top-secret")]


async def test_repeats_until_the_bot_accepts(
    server: SandboxServer, call: Call, receiver: Receiver
) -> None:
    """An update that was answered with an error comes again before the next one."""
    receiver.answers = [web.Response(status=500), web.Response(status=302)]
    await call("setWebhook", url=receiver.url)
    for text in ("a", "b"):
        server.telegram.say(server.telegram.ana, server.telegram.group, text)

    arrived = [(await receiver.next())[0]["message"]["text"] for _ in range(4)]

    info = (await call("getWebhookInfo"))["result"]
    assert arrived == ["a", "a", "a", "b"]
    assert info["last_error_message"] == "Wrong response from the webhook: 302"


async def test_carries_out_the_method_in_the_answer(
    server: SandboxServer, call: Call, receiver: Receiver
) -> None:
    """A Bot API method in the answer's body is carried out like a call."""
    ana = server.telegram.ana
    reply = {"method": "sendMessage", "chat_id": ana.id, "text": "hola"}
    receiver.answers = [web.json_response(reply)]
    await call("setWebhook", url=receiver.url)
    private = server.telegram.private(ana)
    server.telegram.say(ana, private, "/start")

    message = await server.telegram.wait_for_message(private)

    assert message.text == "hola"


async def test_deleting_keeps_what_waits(
    server: SandboxServer, call: Call, receiver: Receiver
) -> None:
    """After deleteWebhook the undelivered updates are fetched by polling."""
    receiver.answers = [web.Response(status=503) for _ in range(50)]
    await call("setWebhook", url=receiver.url)
    server.telegram.say(server.telegram.ana, server.telegram.group, "a")
    await receiver.next()
    await call("deleteWebhook")

    (update,) = (await call("getUpdates"))["result"]

    assert update["message"]["text"] == "a"


@pytest.mark.parametrize(
    "url", ["https://example.org/hook", "http://10.0.0.1/x", "ftp://localhost"]
)
async def test_leaves_the_machine_for_no_one(call: Call, url: str) -> None:
    """A webhook elsewhere than on loopback is refused."""
    answer = await call("setWebhook", url=url)

    assert (answer["error_code"], "bad webhook" in answer["description"]) == (400, True)
