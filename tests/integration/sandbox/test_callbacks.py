from collections.abc import Awaitable, Callable
from typing import Any

from sandbox import SandboxServer

Call = Callable[..., Awaitable[dict[str, Any]]]

BUTTON = {"inline_keyboard": [[{"text": "Reclamar", "callback_data": "claim:1"}]]}
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_press_and_answer(server: SandboxServer, call: Call) -> None:
    """A press reaches the bot as a callback query, and its answer reaches the member, once."""
    ana, private = server.telegram.ana, server.telegram.private(server.telegram.ana)
    sent = (await call("sendMessage", chat_id=ana.id, text="a", reply_markup=BUTTON))["result"]
    query_id = server.telegram.press(ana, private, sent["message_id"], "claim:1")
    (update,) = (await call("getUpdates"))["result"]
    answers = [
        await call(
            "answerCallbackQuery", callback_query_id=query_id, text="¡Tuyo!", show_alert=True
        )
        for _ in range(2)
    ]

    query = update["callback_query"]
    assert (query_id, "claim:1", sent) == (query["id"], query["data"], query["message"])
    answer = await server.telegram.wait_for_answer(query_id)
    assert (answer.text, answer.show_alert) == ("¡Tuyo!", True)
    assert [one.get("description") for one in answers] == [None, TOO_OLD]


async def test_unknown_query(call: Call) -> None:
    """A made-up callback query cannot be answered."""
    assert (await call("answerCallbackQuery", callback_query_id="1"))["description"] == TOO_OLD


async def test_forged_press(server: SandboxServer, call: Call) -> None:
    """A test may press what is not there; the bot then sees an inaccessible message."""
    server.telegram.press(server.telegram.luis, server.telegram.group, 99, "claim:7", forge=True)

    (update,) = (await call("getUpdates"))["result"]

    message = update["callback_query"]["message"]
    assert (
        message["message_id"],
        message["date"],
        update["callback_query"]["data"],
    ) == (99, 0, "claim:7")


async def test_bot_reaction(server: SandboxServer, call: Call) -> None:
    """The bot's own reaction is stored, makes no update, and must be a known emoji."""
    message = server.telegram.say(server.telegram.ana, server.telegram.group, "hola")
    where = {"chat_id": server.telegram.group.id, "message_id": message.message_id}
    await call("getUpdates", allowed_updates=["message_reaction"], offset=-1)
    await call("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "🔥"}])
    bad = await call("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "x"}])

    kinds = [set(update) for update in (await call("getUpdates"))["result"]]
    assert server.telegram.reactions(server.telegram.group, message.message_id) == {42: ("🔥",)}
    assert bad["description"] == "Bad Request: REACTION_INVALID"
    assert [{"update_id", "message"}] == kinds
