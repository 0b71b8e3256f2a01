import struct
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import SandboxServer

Call = Callable[..., Awaitable[dict[str, Any]]]

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 360) + b"\x08\x02\0\0\0"
BUTTON = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}


@pytest.mark.parametrize(
    ("parameters", "code", "expected"),
    [
        ({"text": ""}, 400, "Bad Request: message text is empty"),
        ({"text": "<b></b> ", "parse_mode": "HTML"}, 400, "Bad Request: message text is empty"),
        ({"text": "x" * 4097}, 400, "Bad Request: message is too long"),
        ({"text": "x", "chat_id": 77}, 400, "Bad Request: chat not found"),
        ({"text": "x", "chat_id": ""}, 400, "Bad Request: chat_id is empty"),
        ({"text": "x", "parse_mode": "XML"}, 400, "Bad Request: unsupported parse_mode"),
        (
            {"text": "x", "reply_parameters": {"message_id": 9}},
            400,
            "Bad Request: message to be replied not found",
        ),
        (
            {"text": "x", "reply_markup": "{"},
            400,
            "Bad Request: can't parse reply keyboard markup JSON object",
        ),
        ({"text": "\ud800"}, 400, "Bad Request: strings must be encoded in UTF-8"),
    ],
)
async def test_bad_messages(
    call: Call, parameters: dict[str, object], code: int, expected: str
) -> None:
    """What Telegram refuses to send is refused with Telegram's words."""
    answer = await call("sendMessage", **{"chat_id": 1001, **parameters})

    assert (code, expected) == (answer["error_code"], answer["description"])


async def test_4096_characters_fit(call: Call) -> None:
    """The limit holds for the text after its markup was read."""
    answer = await call(
        "sendMessage", chat_id=1001, text=f"<b>{'&amp;' * 4096}</b>", parse_mode="HTML"
    )

    assert len(answer["result"]["text"]) == 4096


async def test_where_the_bot_may_not_write(server: SandboxServer, call: Call) -> None:
    """A stranger, a member who blocked the bot and a group that removed it are 403s."""
    telegram = server.telegram
    stranger = telegram.add_member("Nadie", opened=False)
    telegram.set_bot_status(telegram.private(telegram.luis), "kicked")
    telegram.set_bot_status(telegram.group, "kicked")

    answers = [
        await call("sendMessage", chat_id=chat_id, text="x")
        for chat_id in (stranger.id, telegram.luis.id, telegram.group.id)
    ]

    expected = [
        "Forbidden: bot can't initiate conversation with a user",
        "Forbidden: bot was blocked by the user",
        "Forbidden: bot was kicked from the supergroup chat",
    ]
    assert expected == [answer["description"] for answer in answers]


async def test_writing_opens_the_private_chat(server: SandboxServer, call: Call) -> None:
    """Once a member has written, the bot may answer."""
    stranger = server.telegram.add_member("Nadie", opened=False)
    server.telegram.say(stranger, server.telegram.private(stranger), "/start")

    assert (await call("sendMessage", chat_id=stranger.id, text="x"))["ok"]


async def test_edit_text_and_keyboard(server: SandboxServer, call: Call) -> None:
    """An edit changes the message in place; the same again is "not modified"."""
    sent = await call("sendMessage", chat_id=1001, text="a", reply_markup=BUTTON)
    where = {"chat_id": 1001, "message_id": sent["result"]["message_id"]}
    edited = await call("editMessageText", **where, text="b", reply_markup=BUTTON)
    same = await call("editMessageText", **where, text="b", reply_markup=BUTTON)
    bare = await call("editMessageReplyMarkup", **where)
    same_bare = await call("editMessageReplyMarkup", **where)

    assert (edited["result"]["text"], edited["result"]["reply_markup"]) == ("b", BUTTON)
    assert "reply_markup" not in bare["result"]
    for answer in (same, same_bare):
        assert answer["description"].startswith("Bad Request: message is not modified: ")


async def test_whose_messages_can_be_edited(server: SandboxServer, call: Call) -> None:
    """A bot puts buttons under any channel post, but cannot edit a member's message."""
    telegram = server.telegram
    post = telegram.post(telegram.channel, "novedades")
    said = telegram.say(telegram.ana, telegram.group, "hola")
    edits = [
        await call(
            "editMessageReplyMarkup",
            chat_id=message.chat.id,
            message_id=message.message_id,
            reply_markup=BUTTON,
        )
        for message in (post, said)
    ]

    assert telegram.message(telegram.channel, post.message_id).button("a").callback_data == "b"
    assert edits[1]["description"] == "Bad Request: message can't be edited"


async def test_delete(server: SandboxServer, call: Call) -> None:
    """A deleted message is gone from the chat, and cannot be deleted or edited again."""
    sent = (await call("sendMessage", chat_id=1001, text="a"))["result"]["message_id"]
    where = {"chat_id": 1001, "message_id": sent}
    await call("deleteMessage", **where)
    again, edit = await call("deleteMessage", **where), await call("editMessageText", **where)

    assert server.telegram.messages(server.telegram.private(server.telegram.ana)) == ()
    assert again["description"] == "Bad Request: message to delete not found"
    assert edit["description"] == "Bad Request: message to edit not found"


async def test_photo(server: SandboxServer, call: Call, http: aiohttp.ClientSession) -> None:
    """An uploaded photo is served to the page; its file_id sends it again."""
    form = aiohttp.FormData({"chat_id": "1001", "caption": "<b>hola</b>", "parse_mode": "HTML"})
    form.add_field("photo", "attach://chart")
    form.add_field("chart", PNG, filename="chart.png", content_type="image/png")
    async with http.post(f"{server.url}/bot{server.token}/sendPhoto", data=form) as response:
        result = (await response.json())["result"]
    size = result["photo"][-1]
    async with http.get(f"{server.url}/sandbox/photos/{size['file_unique_id']}") as response:
        served = await response.read()
    again = await call("sendPhoto", chat_id=1001, photo=size["file_id"])

    assert (result["caption"], size["width"], served) == ("hola", 640, PNG)
    assert size == again["result"]["photo"][-1]
    assert str(server.calls.all("sendPhoto")[0].parameters["chart"]) == "<chart.png, 29 bytes>"


async def test_chat_members(call: Call, server: SandboxServer) -> None:
    """The bot administers the group, Ana owns it, the others are members."""
    group = server.telegram.group.id
    answers = [await call("getChatMember", chat_id=group, user_id=one) for one in (42, 1001, 1002)]
    unknown = await call("getChatMember", chat_id=group, user_id=5)

    assert [one["result"]["status"] for one in answers] == ["administrator", "creator", "member"]
    assert unknown["error_code"] == 400


async def test_commands(call: Call) -> None:
    """The command menu is kept by scope; wrong names are refused."""
    commands = [{"command": "daily", "description": "El regalo"}]
    await call("setMyCommands", commands=commands, scope={"type": "all_group_chats"})
    bad = await call("setMyCommands", commands=[{"command": "Dai ly", "description": "x"}])

    assert commands == (await call("getMyCommands", scope={"type": "all_group_chats"}))["result"]
    assert (await call("getMyCommands"))["result"] == []
    assert bad["description"] == "Bad Request: BOT_COMMAND_INVALID"
