from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import SandboxServer, Stage

Call = Callable[..., Awaitable[dict[str, Any]]]


async def post(
    server: SandboxServer, http: aiohttp.ClientSession, path: str, **body: object
) -> tuple[int, dict[str, Any]]:
    async with http.post(f"{server.url}/sandbox/api/{path}", json=body) as response:
        return response.status, await response.json()


async def view(server: SandboxServer, http: aiohttp.ClientSession, **query: int) -> dict[str, Any]:
    async with http.get(f"{server.url}/sandbox/api/view", params=query) as response:
        shown: dict[str, Any] = await response.json()
        return shown


async def test_bot_status(server: SandboxServer, http: aiohttp.ClientSession, call: Call) -> None:
    """The bot hears that it was promoted or demoted, once, and gets no reactions meanwhile."""
    group, ana = server.telegram.group, server.telegram.ana
    await call("getUpdates", allowed_updates=["my_chat_member", "message_reaction"])
    said = server.telegram.say(ana, group, "hola")
    for status in ("member", "member", "administrator"):
        await post(server, http, "bot_status", chat=group.id, status=status)
        server.telegram.react(ana, group, said.message_id, ["👍" if status == "member" else "🔥"])

    updates = (await call("getUpdates"))["result"]

    kinds = [kind for update in updates for kind in update if kind != "update_id"]
    assert ["my_chat_member", "my_chat_member", "message_reaction"] == kinds


async def test_member_who_never_opened_the_bot(
    server: SandboxServer, http: aiohttp.ClientSession, call: Call
) -> None:
    """The bot cannot write first to someone who was added so, and the page knows."""
    _, answer = await post(server, http, "members", first_name="Pía", opened=False)
    member = answer["member"]["id"]

    sent = await call("sendMessage", chat_id=member, text="hola")

    assert "Forbidden: bot can't initiate conversation with a user" == sent["description"]
    shown = await view(server, http, member=member, chat=member)
    assert [True] * 4 + [False] == [one["opened"] for one in shown["members"]]


async def test_stage_from_start_to_start(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    """What was said and the day outlive the server, which forgets both when asked."""
    file = tmp_path / "stage.json"

    async def forget() -> None:
        """No database has to be emptied."""

    async with SandboxServer(stage=Stage(file=file)) as server:
        ana, group = server.telegram.ana.id, server.telegram.group.id
        await post(server, http, "tomorrow")
        await post(server, http, "say", member=ana, chat=group, text="hola")
    async with SandboxServer(stage=Stage(file=file, forget=forget, forgotten="a.db")) as server:
        resumed = await view(server, http, member=ana, chat=group)
        await post(server, http, "reset")
        fresh = await view(server, http, member=ana, chat=group)

    assert ["hola"] == [one["text"] for one in resumed["messages"]]
    assert (1, True, True, "a.db") == (
        *(resumed[name] for name in ("days_ahead", "may_move_clock", "may_reset", "reset_target")),
    )
    assert ([], 0) == (fresh["messages"], fresh["days_ahead"])


@pytest.mark.parametrize("path", ["tomorrow", "reset"])
async def test_a_bot_elsewhere(
    server: SandboxServer, http: aiohttp.ClientSession, path: str
) -> None:
    """A bot of another process lives by a clock and with data that are not the sandbox's."""
    status, answer = await post(server, http, path)
    shown = await view(server, http, member=1001, chat=1001)

    assert (400, True) == (status, "main.py sandbox" in answer["error"])
    assert (False, False) == (shown["may_move_clock"], shown["may_reset"])
