"""A forum and a channel with a linked group, as the Bot API tells the bot of them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox import SandboxError, SandboxServer
from sandbox.fixtures import DISCUSSION, FORUM

Call = Callable[..., Awaitable[dict[str, Any]]]
TALK = 2


@pytest.fixture
def server_with_both(server: SandboxServer) -> SandboxServer:
    """Put the stage's forum and linked group there."""
    for chat in (FORUM, DISCUSSION):
        server.telegram.open_chat(chat)
    server.telegram.link(server.telegram.channel, DISCUSSION)
    return server


def told(server: SandboxServer) -> list[dict[str, Any]]:
    """Return the messages and posts that wait for the bot."""
    updates = [one.to_json() for one in server.queue.first(100)]
    return [one.get("message") or one.get("channel_post") for one in updates]  # type: ignore[misc]


async def test_message_in_a_topic(server_with_both: SandboxServer) -> None:
    """It names its topic, and its chat is a forum."""
    telegram = server_with_both.telegram
    telegram.say(telegram.luis, FORUM, "hola", thread_id=TALK)

    (message,) = told(server_with_both)

    assert (True, TALK, True) == (
        message["chat"]["is_forum"],
        message["message_thread_id"],
        message["is_topic_message"],
    )


@pytest.mark.parametrize(
    ("chat", "thread_id", "reason"),
    [
        (FORUM, None, "General is closed"),
        (FORUM, 9, "has no topic 9"),
        (DISCUSSION, TALK, f"has no topic {TALK}"),
    ],
)
def test_where_nobody_writes(
    server_with_both: SandboxServer, chat: Any, thread_id: int | None, reason: str
) -> None:
    """Neither in a closed topic, nor in one that is not there."""
    telegram = server_with_both.telegram

    with pytest.raises(SandboxError, match=reason):
        telegram.say(telegram.luis, chat, "hola", thread_id=thread_id)


async def test_bot_writes_in_a_topic(server_with_both: SandboxServer, call: Call) -> None:
    """It goes to the topic that is named, or that of the replied message; not to closed General."""
    telegram = server_with_both.telegram
    said = telegram.say(telegram.luis, FORUM, "hola", thread_id=TALK)
    reply = {"message_id": said.message_id}
    ways: list[dict[str, Any]] = [
        {"message_thread_id": 3},
        {"reply_parameters": reply},
        {},
        {"message_thread_id": 1},
        {"message_thread_id": 77},
    ]

    answers = [await call("sendMessage", chat_id=FORUM.id, text="x", **way) for way in ways]

    closed, missing = "Bad Request: TOPIC_CLOSED", "Bad Request: message thread not found"
    assert [3, TALK, closed, missing, missing] == [
        one["result"]["message_thread_id"] if one["ok"] else one["description"] for one in answers
    ]


async def test_copy_of_a_post(server_with_both: SandboxServer, call: Call) -> None:
    """A post comes into the linked group by Telegram's own account, and names its origin."""
    telegram = server_with_both.telegram
    post = telegram.post(telegram.channel, "novedades")

    original, copy = told(server_with_both)

    assert (telegram.channel.id, DISCUSSION.id) == (original["chat"]["id"], copy["chat"]["id"])
    assert (777000, True, telegram.channel.id) == (
        copy["from"]["id"],
        copy["is_automatic_forward"],
        copy["sender_chat"]["id"],
    )
    origin = copy["forward_origin"]
    assert ("channel", telegram.channel.id, post.message_id) == (
        origin["type"],
        origin["chat"]["id"],
        origin["message_id"],
    )
    known = await call("getChat", chat_id=telegram.channel.id)
    assert DISCUSSION.id == known["result"]["linked_chat_id"]
