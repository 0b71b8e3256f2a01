"""Announcements whose edits Telegram has carried out without an answer that says so."""

import json

import pytest

from bot.telegram import announcements
from sandbox import Chat, Message, User
from sandbox.faults import Fault, StrangeAnswer
from tests.support.economy import count_rows
from tests.support.live_bot import LiveBot


async def unlock(bot: LiveBot, *members: User) -> Message:
    """Let members react for the first time, and return what the group reads."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.eve, telegram.group, "hola")
    for member in members:
        telegram.react(member, telegram.group, said.message_id, ["👍"])
        await bot.settle()
    return bot.answers(telegram.group)[-1]


async def test_the_next_one_joins_all_before(bot: LiveBot) -> None:
    """Nobody's line is lost because the answer to an edit was."""
    telegram = bot.server.telegram
    await unlock(bot, telegram.ana)
    bot.server.faults.lose_answer("editMessageText")
    await unlock(bot, telegram.luis)

    announced = await unlock(bot, telegram.emma)

    assert 3 == len(announced.buttons)
    assert all(name in announced.text for name in ("Ana", "Luis", "Emma"))
    assert 1 == len(bot.answers(telegram.group))
    assert 0 == await count_rows(bot.engine, "outbox_messages")


async def test_a_claim_stays_claimed(bot: LiveBot) -> None:
    """A button that has gone does not come back with the next line."""
    telegram = bot.server.telegram
    announced = await unlock(bot, telegram.ana, telegram.luis)
    bot.server.faults.lose_answer("editMessageText")
    await bot.press(telegram.ana, announced, announced.buttons[0].callback_data or "")

    announced = await unlock(bot, telegram.emma)

    assert 2 == len(announced.buttons)
    assert "✅ Primeros Pasos" in announced.text


async def test_told_once(bot: LiveBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit that is tried again late is still that edit, and no second message."""
    telegram = bot.server.telegram
    await unlock(bot, telegram.ana)
    bot.server.faults.lose_answer("editMessageText")
    bot.server.faults.too_many_requests("editMessageText")
    join = announcements.JoinedEdit.__init__

    def at_the_last_moment(edit: announcements.JoinedEdit, **fields: object) -> None:
        join(edit, **fields)
        monkeypatch.setattr(announcements, "WINDOW", -1.0)

    monkeypatch.setattr(announcements.JoinedEdit, "__init__", at_the_last_moment)

    await unlock(bot, telegram.luis)

    (announced,) = bot.answers(telegram.group)
    assert 2 == len(announced.buttons)


async def test_stays_ours(bot: LiveBot) -> None:
    """What may have been told is left to nobody else while it is tried again."""
    telegram, edits = bot.server.telegram, bot.server.calls
    await unlock(bot, telegram.ana)
    said = telegram.say(telegram.eve, telegram.group, "hola")
    bot.server.faults.lose_answer("editMessageText")
    bot.server.faults.too_many_requests("editMessageText")
    telegram.react(telegram.luis, telegram.group, said.message_id, ["👍"])

    await edits.wait_for("editMessageText", nth=2, answered=True)

    taken = await count_rows(bot.engine, "outbox_messages", "taken_at IS NOT NULL")
    await bot.settle()
    assert (1, 0) == (taken, await count_rows(bot.engine, "outbox_messages"))


async def test_the_group_moves_meanwhile(bot: LiveBot) -> None:
    """A supergroup shows what its group did, so that nothing is told there again."""
    telegram = bot.server.telegram
    new = Chat(-1001000000099, "supergroup", title="Nuevo")
    telegram.open_chat(new)
    await unlock(bot, telegram.ana)
    bot.server.faults.lose_answer("editMessageText")
    answer = {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new.id},
    }
    moved = StrangeAnswer(json.dumps(answer).encode(), status=400)
    bot.server.faults.add("editMessageText", Fault(drop="request", strange=lambda _: moved))

    announced = await unlock(bot, telegram.luis)

    assert 2 == len(announced.buttons)
    assert ([], 0) == (bot.answers(new), await count_rows(bot.engine, "outbox_messages"))
