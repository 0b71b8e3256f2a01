"""Attempts to send an answer: again when it helps, elsewhere when its chat has moved, or never."""

import asyncio

import pytest
from aiogram.exceptions import AiogramError, ClientDecodeError
from aiogram.methods import AnswerCallbackQuery, EditMessageText
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bot.telegram import sending
from bot.telegram.sending import ATTEMPTS, CONCURRENCY
from bot.telegram.signing import signed_data
from tests.support.fakes import (
    BAD_REQUEST,
    LOST,
    MOVED_TO_9,
    NETWORK_ERROR,
    NOT_MODIFIED,
    RETRY_IN_7,
    SERVER_ERROR,
    FakeBot,
    FakeSleep,
    message,
    open_queue,
)
from tests.support.waiting import until

UNREADABLE = ClientDecodeError("Failed to deserialize object", ValueError(), {"ok": True})
BAD_GATEWAY = ClientDecodeError("Failed to decode object", ValueError(), "<html>502 Bad Gateway")


@pytest.mark.parametrize(
    ("errors", "pauses"),
    [
        ([RETRY_IN_7], [7]),
        ([RETRY_IN_7, RETRY_IN_7], [7, 7]),
        ([SERVER_ERROR], [0.25]),
        ([NETWORK_ERROR, SERVER_ERROR, NETWORK_ERROR], [0.25, 0.5, 1]),
    ],
    ids=["429", "429 twice", "500", "network"],
)
async def test_tries_again(
    bot: FakeBot, sleep: FakeSleep, errors: list[AiogramError], pauses: list[float]
) -> None:
    """What may pass is tried again: after Telegram's own time or after growing pauses."""
    bot.fail("uno", *errors)

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        queue.put(message(1, "dos"))

    assert ["uno", "dos"] == bot.sent
    assert pauses == sleep.taken


@pytest.mark.parametrize("error", [BAD_GATEWAY, UNREADABLE, LOST], ids=["502", "ok", "lost"])
async def test_what_may_have_been_delivered(
    bot: FakeBot, sleep: FakeSleep, error: AiogramError
) -> None:
    """A message that may have arrived is not sent again; what is harmless twice is."""
    edit = EditMessageText(chat_id=2, message_id=1, text="página")
    bot.fail("uno", error)
    bot.fail("página", error)

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        queue.put(message(1, "dos"))
        queue.put(edit)

    assert (1, 2) == (bot.attempts.count("uno"), bot.attempts.count("página"))
    assert {"dos", "página"} == set(bot.sent)


async def test_group_becomes_a_supergroup(bot: FakeBot, sleep: FakeSleep) -> None:
    """Telegram tells the chat's new id, and the answer goes there."""
    bot.fail("uno", MOVED_TO_9)

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))

    assert [1, 9] == bot.chats
    assert (["uno"], []) == (bot.sent, sleep.taken)


async def test_buttons_of_a_group_that_becomes_a_supergroup(bot: FakeBot, sleep: FakeSleep) -> None:
    """Each attempt signs its buttons for the chat that it goes to."""
    bot.fail("uno", MOVED_TO_9)
    button = InlineKeyboardButton(text="🎁", callback_data="gift")
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno").model_copy(update={"reply_markup": markup}))

    assert [signed_data("gift", chat, bot.token) for chat in (1, 9)] == bot.pressable


async def test_messages_of_the_old_group(bot: FakeBot, sleep: FakeSleep) -> None:
    """A supergroup numbers its messages anew: what is about one of the old group's goes nowhere."""
    bot.fail("página", MOVED_TO_9)
    bot.fail("uno", MOVED_TO_9)
    about = {"reply_parameters": ReplyParameters(message_id=3), "message_thread_id": 5}

    async with open_queue(bot) as queue:
        queue.put(EditMessageText(chat_id=1, message_id=3, text="página"))
        queue.put(message(1, "uno").model_copy(update=about))

    assert (["uno"], [1, 1, 9]) == (bot.sent, bot.chats)
    assert [3, None] == bot.replies


async def test_shown_already(
    bot: FakeBot, sleep: FakeSleep, caplog: pytest.LogCaptureFixture
) -> None:
    """An edit that changes nothing, as of a button pressed twice, is no trouble."""
    bot.fail("página", NOT_MODIFIED)

    async with open_queue(bot) as queue:
        queue.put(EditMessageText(chat_id=1, message_id=3, text="página"))

    assert (["página"], []) == (bot.attempts, caplog.messages)


async def test_refused_for_good(
    bot: FakeBot, sleep: FakeSleep, caplog: pytest.LogCaptureFixture
) -> None:
    """What Telegram refuses is logged and dropped, and the next answer follows."""
    bot.fail("uno", BAD_REQUEST)

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        queue.put(message(1, "dos"))

    assert (["uno", "dos"], ["dos"], []) == (bot.attempts, bot.sent, sleep.taken)
    assert any("SendMessage was refused" in line for line in caplog.messages)


async def test_gives_up_in_the_end(
    bot: FakeBot, sleep: FakeSleep, caplog: pytest.LogCaptureFixture
) -> None:
    """A Telegram that never answers well is asked so often and no more."""
    bot.fail("uno", *[SERVER_ERROR] * 100)

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))

    assert ["uno"] * ATTEMPTS == bot.attempts
    assert [] == bot.sent
    assert any(f"given up after {ATTEMPTS} attempts" in line for line in caplog.messages)


async def test_no_more_at_once_than_telegram_takes(bot: FakeBot, sleep: FakeSleep) -> None:
    """So many requests are under way at most; the rest waits for its turn."""
    gate = bot.hold("uno")

    async with open_queue(bot) as queue:
        for chat in range(100):
            queue.put(message(chat, "uno"))
        await until(lambda: bot.attempts)
        assert CONCURRENCY == len(bot.attempts)
        gate.set()

    assert 100 == len(bot.sent)


async def test_burst(bot: FakeBot, sleep: FakeSleep) -> None:
    """However often Telegram says to wait, an answer that it would take is not given up."""
    bot.fail("uno", *[RETRY_IN_7] * (ATTEMPTS + 3))
    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))

    assert ["uno"] == bot.sent
    assert [7] * (ATTEMPTS + 3) == sleep.taken


async def test_who_waits_holds_no_slot(bot: FakeBot, sleep: FakeSleep) -> None:
    """However many groups must wait, a private chat gets its answer and a press its own."""
    sleep.gate = asyncio.Event()
    waiting = 2 * CONCURRENCY
    for number in range(waiting):
        bot.fail(f"grupo {number}", RETRY_IN_7)

    async with open_queue(bot) as queue:
        for number in range(waiting):
            queue.put(message(-1 - number, f"grupo {number}"))
        await until(lambda: len(sleep.taken) == waiting)
        queue.put(message(1, "privado"))
        queue.put(AnswerCallbackQuery(callback_query_id="1", text="pulsado"))
        await until(lambda: len(bot.sent) == 2)
        assert {"privado", "pulsado"} == set(bot.sent)
        sleep.gate.set()

    assert waiting + 2 == len(bot.sent)


async def test_slow_requests_make_room(
    bot: FakeBot, sleep: FakeSleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chats whose requests hang keep nobody from their answer, nor a press that hangs."""
    monkeypatch.setattr(sending, "SLOW", 0.01)
    gate = bot.hold("lento")

    async with open_queue(bot) as queue:
        for number in range(2 * CONCURRENCY):
            queue.put(message(-1 - number, "lento"))
            queue.put(AnswerCallbackQuery(callback_query_id=str(number), text="lento"))
        queue.put(message(1, "privado"))
        await until(lambda: bot.sent)
        assert ["privado"] == bot.sent
        gate.set()


async def test_fault_of_ours(
    bot: FakeBot, sleep: FakeSleep, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer that cannot even be sent costs the chat that one, and is told."""
    bot.fail("uno", ZeroDivisionError())

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        queue.put(message(1, "dos"))

    assert ["dos"] == bot.sent
    assert any("SendMessage is lost" in line for line in caplog.messages)
