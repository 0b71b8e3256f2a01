import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from sandbox import SandboxServer

Call = Callable[..., Awaitable[dict[str, Any]]]


def texts(answer: dict[str, Any]) -> list[str]:
    return [update["message"]["text"] for update in answer["result"]]


async def test_poll_waits_for_the_next_update(server: SandboxServer, call: Call) -> None:
    """A poll with a timeout is answered as soon as a member writes."""
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await server.calls.wait_for("getUpdates")
    assert not poll.done()

    server.telegram.say(server.telegram.ana, server.telegram.group, "hola")

    assert texts(await poll) == ["hola"]


async def test_poll_without_news_is_empty(call: Call) -> None:
    """A poll without a timeout, or whose timeout is over, answers an empty list."""
    assert [
        (await call("getUpdates"))["result"],
        (await call("getUpdates", timeout=1))["result"],
    ] == [[], []]


async def test_updates_stay_until_confirmed(server: SandboxServer, call: Call) -> None:
    """Updates come again until an offset behind them is given; limit cuts from the oldest."""
    for text in ("a", "b", "c"):
        server.telegram.say(server.telegram.ana, server.telegram.group, text)

    first = await call("getUpdates", limit=2)
    again = await call("getUpdates", limit=2)
    offset = first["result"][-1]["update_id"] + 1
    rest = await call("getUpdates", offset=offset)
    last = await call("getUpdates", offset=-1)

    actual = [texts(answer) for answer in (first, again, rest, last)]
    assert actual == [["a", "b"], ["a", "b"], ["c"], ["c"]]


async def test_second_poll_ends_the_first(server: SandboxServer, call: Call) -> None:
    """Two bots with one token: the earlier poll gets a 409, the later one the updates."""
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await server.calls.wait_for("getUpdates")
    second = asyncio.create_task(call("getUpdates", timeout=30))

    ended = await first
    server.telegram.say(server.telegram.ana, server.telegram.group, "hola")

    expected = (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )
    assert (409, expected) == (ended["error_code"], ended["description"])
    assert texts(await second) == ["hola"]


async def test_webhook_excludes_polling(server: SandboxServer, call: Call) -> None:
    """Setting a webhook ends the waiting poll, and polling is a 409 until it is deleted."""
    waiting = asyncio.create_task(call("getUpdates", timeout=30))
    await server.calls.wait_for("getUpdates")
    await call("setWebhook", url="http://127.0.0.1:9/none")
    codes = [(await waiting)["error_code"], (await call("getUpdates"))["error_code"]]
    await call("deleteWebhook")

    assert (codes, (await call("getUpdates"))["result"]) == ([409, 409], [])


async def test_reactions_come_only_on_request(server: SandboxServer, call: Call) -> None:
    """A reaction is delivered once the bot asked for it, and not the ones before."""
    telegram = server.telegram
    message = telegram.say(telegram.luis, telegram.group, "hola")
    telegram.react(telegram.ana, telegram.group, message.message_id, ["👍"])
    await call("getUpdates", allowed_updates=["message_reaction"])
    telegram.react(telegram.ana, telegram.group, message.message_id, ["❤"])

    (_, update) = (await call("getUpdates"))["result"]

    assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def test_bot_that_hangs_up_is_gone(server: SandboxServer) -> None:
    """A killed bot leaves no poll behind: the next one is not told of a conflict."""
    url = f"{server.url}/bot{server.token}/getUpdates"
    async with aiohttp.ClientSession() as dying:
        poll = asyncio.create_task(dying.post(url, json={"timeout": 30}))
        hung = await server.calls.wait_for("getUpdates")
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await server.calls.wait_for("getUpdates", answered=True)

    assert (hung.ok, hung.error_code) == (None, None)
