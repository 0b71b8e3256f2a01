"""Answers of Telegram that are lost, unreadable or nonsense, over real HTTP."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from aiogram.exceptions import AiogramError, TelegramNetworkError, TelegramServerError
from aiogram.methods import GetMe, SendMessage
from pydantic import SecretStr

from bot.telegram import client as module
from bot.telegram import delivery
from bot.telegram.client import (
    TRANSIENT_ERRORS,
    AnswerLost,
    Backoff,
    TelegramBot,
    create_bot,
    may_be_delivered,
)
from bot.telegram.i18n import make_i18n
from bot.telegram.introduction import publish_commands
from bot.telegram.startup import learn_name
from bot.telegram.webhook import Webhook
from sandbox import BotApiError, Call, Fault, SandboxServer
from sandbox.faults import StrangeAnswer
from tests.support.live_bot import LiveBot
from tests.support.waiting import until

NONSENSE = ("web_page", "nulls", "unreadable")
#: Whatever else may come: status, type and body.
STRANGE = [
    (200, "application/json", b"[null]"),
    (200, "application/json", b"null"),
    (200, "application/json", b'{"ok": true}'),
    (200, "application/json", b'{"ok": true, "result": null}'),
    (200, "application/json", b'{"ok": "perhaps", "result": {}}'),
    (500, "application/json", b'{"ok": false}'),
    (502, "application/json", b'{"ok": true, "result": true}'),
    (200, "application/json", b'{"ok": true, "result": [{"update_id": "x"}]}'),
    (200, "application/json", b"[" * 100_000),
    (200, "text/html; charset=none-such", b"\xff\xfe"),
    (503, "text/html", b"Service Unavailable"),
    (404, "text/plain", b""),
    (302, "text/html", b"elsewhere"),
]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again soon."""
    monkeypatch.setattr(Backoff, "wait", lambda *_: asyncio.sleep(0.01))


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    """Start a local Telegram."""
    async with SandboxServer() as server:
        yield server


@pytest.fixture
async def api(server: SandboxServer) -> AsyncIterator[TelegramBot]:
    """Talk to it."""
    api = create_bot(server.token, server.url)
    yield api
    await api.session.close()


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("method", ["getUpdates", "deleteWebhook"])
async def test_polling_goes_on(bot: LiveBot, method: str, nonsense: str) -> None:
    """Whatever comes instead of updates, once, the bot answers the next member."""
    getattr(bot.server.faults, nonsense)(method)
    telegram = bot.server.telegram

    first = await bot.say(telegram.ana, "/help")
    second = await bot.say(telegram.ana, "/help")

    assert (1, 1) == (len(first), len(second))


async def test_updates_before_nonsense(bot: LiveBot) -> None:
    """An update that stands before something that is none is handled like any other."""
    ana = bot.server.telegram.ana
    update = {
        "update_id": 77,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": ana.id, "type": "private", "first_name": "Ana"},
            "from": {"id": ana.id, "is_bot": False, "first_name": "Ana"},
            "text": "/help",
        },
    }
    body = json.dumps({"ok": True, "result": [update, None, 5]}).encode()
    strange = StrangeAnswer(body)
    bot.server.faults.add("getUpdates", Fault(drop="request", strange=lambda _: strange))
    await bot.say(bot.server.telegram.luis, "/help")  # ends the long poll that is under way
    await bot.server.calls.wait_for("sendMessage", nth=2, answered=True)

    (answer,) = bot.answers(bot.server.telegram.private(ana))
    assert "/profile" in answer.text


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_start(server: SandboxServer, api: TelegramBot, nonsense: str) -> None:
    """Name, menu and webhook survive one nonsense each."""
    stop = asyncio.Event()
    for method in ("getMe", "getMyCommands", "setMyCommands", "setWebhook"):
        getattr(server.faults, nonsense)(method)

    await learn_name(api, stop)
    await publish_commands(api, make_i18n(), frozenset())
    await publish_commands(api, make_i18n(), frozenset())
    await publish_commands(api, make_i18n(), frozenset())
    await webhook_of(api).announce(stop)

    assert "besitos_sandbox_bot" == (await api.me()).username
    assert 9 == len(await api.get_my_commands())
    assert 2 == len(server.calls.all("setWebhook"))


async def test_webhook_that_was_not_set(
    server: SandboxServer, api: TelegramBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram says yes to the question and no to the webhook: it is asked again, and that said."""
    strange = StrangeAnswer(b'{"ok": true, "result": false}')
    server.faults.add("setWebhook", Fault(drop="request", strange=lambda _: strange))

    await webhook_of(api).announce(asyncio.Event())

    assert "http://127.0.0.1:1/hook" == (await api.get_webhook_info()).url
    assert ["the webhook could not be set yet: Telegram answers with false"] == caplog.messages


def webhook_of(api: TelegramBot) -> Webhook:
    """Return the webhook of a bot for which nothing can come."""
    return Webhook(_NoUpdates(), api, "http://127.0.0.1:1/hook", SecretStr("s" * 16))  # type: ignore[arg-type]


class _NoUpdates:
    """Stands in for a dispatcher that has something to handle."""

    def resolve_used_update_types(self) -> list[str]:
        return ["message"]


@pytest.mark.parametrize("strange", STRANGE, ids=lambda one: f"{one[0]} {one[2][:40]!r}")
async def test_transient(
    server: SandboxServer, api: TelegramBot, strange: tuple[int, str, bytes]
) -> None:
    """Every strange answer is a transient error, whatever was called, in one short line."""
    status, kind, body = strange
    answer = StrangeAnswer(body, status, kind.partition(";")[0])
    server.faults.add("*", Fault(drop="request", strange=lambda _: answer), times=None)

    for call in (api.get_me, api.get_updates, api.delete_webhook):
        with pytest.raises(TRANSIENT_ERRORS) as caught:
            await call()
        assert isinstance(caught.value, AiogramError)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", ["lose_answer", "unreadable"])
async def test_delivered_once(bot: LiveBot, fault: str) -> None:
    """What has arrived is not sent again, although the bot never learns that it has."""
    getattr(bot.server.faults, fault)("sendMessage", times=None)
    telegram = bot.server.telegram

    first = await bot.say(telegram.ana, "/help")
    second = await bot.say(telegram.ana, "/help")

    assert (1, 1) == (len(first), len(second))
    assert 2 == len(bot.server.calls.all("sendMessage"))


@pytest.mark.parametrize("fault", ["lose_answer", "unreadable", "web_page"])
async def test_harmless_again(bot: LiveBot, fault: str) -> None:
    """A press is acknowledged again until the bot knows that it is."""
    telegram = bot.server.telegram
    (greeting,) = await bot.say(telegram.ana, "/start")
    getattr(bot.server.faults, fault)("answerCallbackQuery")
    button = greeting.buttons[0]

    await bot.press(telegram.ana, greeting, button.callback_data or "")

    assert 2 == len(bot.server.calls.all("answerCallbackQuery"))


async def test_never_connected(server: SandboxServer) -> None:
    """A connection that nobody took has carried nothing; one that broke may have."""
    nobody = create_bot(server.token, "http://127.0.0.1:1")
    somebody = create_bot(server.token, server.url)
    server.faults.drop("getMe")
    errors = []
    for one in (nobody, somebody):
        with pytest.raises(TelegramNetworkError) as caught:
            await one(GetMe())
        errors.append(caught.value)
        await one.session.close()

    assert [TelegramNetworkError, AnswerLost] == list(map(type, errors))
    assert [False, True] == list(map(may_be_delivered, errors))


async def test_silent_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes connections and never speaks TLS has been sent nothing."""
    monkeypatch.setattr(module, "_CONNECT_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api = create_bot("42:TEST", f"https://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(TelegramNetworkError) as caught:
            await api(GetMe())
        await api.session.close()

    assert not may_be_delivered(caught.value)


async def test_refused_by_a_proxy(server: SandboxServer, api: TelegramBot) -> None:
    """A proxy that says 429 or 503 by itself has not let the message through."""
    for status in (429, 503):
        page = StrangeAnswer(b"<html>", status, "text/html")
        server.faults.add("sendMessage", Fault(drop="request", strange=lambda _, it=page: it))
        with pytest.raises(TelegramServerError) as caught:
            await api(SendMessage(chat_id=1001, text="x"))
        assert not may_be_delivered(caught.value)


async def test_slow_groups(bot: LiveBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups that must wait cost nobody else anything: neither answers nor presses wait."""
    monkeypatch.setattr(delivery, "DRAIN_TIMEOUT", 0.0)
    flood = BotApiError(429, "Too Many Requests: retry after 35", retry_after=35)

    async def hook(call: Call) -> Fault | None:
        to_group = str(call.parameters.get("chat_id", "")).startswith("-")
        return Fault(error=flood) if to_group else None

    bot.server.faults.hook = hook
    telegram = bot.server.telegram
    chat = telegram.private(telegram.ana)
    for number in range(60):
        bot.outbox.put(SendMessage(chat_id=-1 - number, text="hola"))
    await until(lambda: len(bot.server.calls.all("sendMessage")) == 60)

    telegram.say(telegram.ana, chat, "/start")
    greeting = await telegram.wait_for_message(chat, timeout=5, after=1)
    query = telegram.press(
        telegram.ana, chat, greeting.message_id, greeting.buttons[0].callback_data or ""
    )
    await telegram.wait_for_answer(query, timeout=5)

    assert 60 <= len(bot.outbox)


async def test_name_that_nobody_tells(bot: LiveBot) -> None:
    """A getMe that hangs stops nobody: it is never asked inside a transaction."""
    telegram = bot.server.telegram
    bot.server.faults.delay("getMe", 600, times=None)
    group = telegram.group
    said = telegram.say(telegram.ana, group, "/top@besitos_sandbox_bot")
    answer = await telegram.wait_for_message(group, after=said.message_id, timeout=5)
    (other,) = await bot.say(telegram.luis, "/help")

    assert "Clasificación" in answer.text
    assert "/profile" in other.text
    assert [] == bot.server.calls.all("getMe")


async def test_others_commands(bot: LiveBot) -> None:
    """A bot that knows its name leaves other bots' commands alone."""
    await bot.api.learn_name()
    telegram = bot.server.telegram
    telegram.say(telegram.ana, telegram.group, "/top@other_bot")
    await bot.settle()

    assert [] == bot.answers(telegram.group)


async def test_name_that_gives_orders(bot: LiveBot) -> None:
    """A name is text wherever it is shown: what Telegram marks in it is what the bot has marked."""
    telegram = bot.server.telegram
    member = telegram.add_member("@victim t.me/scam /daily \u202e#x")
    telegram.say(member, telegram.group, "/daily")
    said = telegram.say(telegram.luis, telegram.group, "hola")
    telegram.react(member, telegram.group, said.message_id, ["👍"])
    for words in ("/start", "/profile", "/top"):
        await bot.say(member, words)

    shown = [*bot.answers(telegram.group), *bot.answers(telegram.private(member))]
    marked = {
        message.text.encode("utf-16-le")[2 * one.offset :][: 2 * one.length].decode("utf-16-le")
        for message in shown
        for one in message.formatted.entities
        if one.type in {"mention", "url", "hashtag", "bot_command"}
    }
    assert 4 <= sum("victim" in message.text for message in shown)
    assert not any("victim" in one or "scam" in one or "#x" in one for one in marked)


async def test_menu_is_set_where_it_differs(server: SandboxServer, api: TelegramBot) -> None:
    """A menu that is there already is not set again; one that was changed is."""
    i18n = make_i18n()
    await publish_commands(api, i18n, frozenset({1001}))
    first = len(server.calls.all("setMyCommands"))
    await publish_commands(api, i18n, frozenset({1001}))
    second = len(server.calls.all("setMyCommands"))
    await api.delete_my_commands(language_code="en")
    await publish_commands(api, i18n, frozenset({1001}))

    assert (4, 4, 5) == (first, second, len(server.calls.all("setMyCommands")))
