"""Answers leave in order within each chat, again when it helps, and in nobody's way."""

import asyncio
from typing import Any, cast

import pytest
from aiogram.exceptions import AiogramError, ClientDecodeError
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram import delivery as module
from bot.telegram.delivery import ATTEMPTS, CONCURRENCY, DeliveryQueue
from bot.telegram.signing import signed_data
from tests.support.fakes import (
    BAD_REQUEST,
    MOVED_TO_9,
    NETWORK_ERROR,
    RETRY_IN_7,
    SERVER_ERROR,
    FakeBot,
    FakeSleep,
    message,
)
from tests.support.waiting import until

BAD_GATEWAY = ClientDecodeError("Failed to decode object", ValueError(), "<html>502 Bad Gateway")


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def sleep(monkeypatch: pytest.MonkeyPatch) -> FakeSleep:
    """Let nobody really sleep between attempts."""
    sleep = FakeSleep()
    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    return sleep


def open_queue(bot: FakeBot) -> DeliveryQueue:
    return DeliveryQueue(cast("Any", bot))


@pytest.mark.parametrize(
    ("errors", "pauses"),
    [
        ([RETRY_IN_7], [7]),
        ([RETRY_IN_7, RETRY_IN_7], [7, 7]),
        ([SERVER_ERROR], [0.25]),
        ([NETWORK_ERROR, SERVER_ERROR, NETWORK_ERROR], [0.25, 0.5, 1]),
        ([BAD_GATEWAY], [0.25]),
    ],
    ids=["429", "429 twice", "500", "network", "502 as a web page"],
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


async def test_order_within_a_chat(bot: FakeBot, sleep: FakeSleep) -> None:
    """Ten answers to one chat arrive in order although every other one fails first."""
    texts = [str(number) for number in range(10)]
    for text in texts[::2]:
        bot.fail(text, SERVER_ERROR)

    async with open_queue(bot) as queue:
        for text in texts:
            queue.put(message(1, text))

    assert texts == bot.sent


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


async def test_other_chats_do_not_wait(bot: FakeBot, sleep: FakeSleep) -> None:
    """While one chat waits for its time, a whole crowd of others get their answers."""
    sleep.gate = asyncio.Event()
    bot.fail("uno", RETRY_IN_7)

    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        await until(lambda: sleep.taken)
        for chat in range(2, 50):
            queue.put(message(chat, "otro"))
        await until(lambda: bot.sent.count("otro") == 48)
        assert "uno" not in bot.sent
        sleep.gate.set()

    assert "uno" == bot.sent[-1]


async def test_put_returns_at_once(bot: FakeBot, sleep: FakeSleep) -> None:
    """Nothing has been sent when `put` returns: whoever pays does not wait for Telegram."""
    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        assert [] == bot.attempts

    assert ["uno"] == bot.sent


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


async def test_callback_answers_do_not_queue(bot: FakeBot, sleep: FakeSleep) -> None:
    """Answers to presses belong to no chat, so none of them waits for another."""
    gate = bot.hold("lento")

    async with open_queue(bot) as queue:
        queue.put(AnswerCallbackQuery(callback_query_id="1", text="lento"))
        queue.put(AnswerCallbackQuery(callback_query_id="2", text="rápido"))
        await until(lambda: bot.sent)
        assert ["rápido"] == bot.sent
        gate.set()


async def test_stop_gives_up_in_time(
    bot: FakeBot,
    sleep: FakeSleep,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A stop waits only so long, then nothing of the queue goes on behind it."""
    monkeypatch.setattr(module, "DRAIN_TIMEOUT", 0.01)
    before = asyncio.all_tasks()
    bot.hold("nunca")

    async with open_queue(bot) as queue:
        for text in ("nunca", "dos", "tres"):
            queue.put(message(1, text))
        await until(lambda: bot.attempts)

    assert [] == bot.sent
    assert any("undelivered" in line for line in caplog.messages)
    left_over = asyncio.all_tasks() - before
    bot.held["nunca"].set()  # or a failing test would leave its tasks to the next
    await asyncio.gather(*left_over)
    assert set() == left_over


async def test_burst(bot: FakeBot, sleep: FakeSleep) -> None:
    """However often Telegram says to wait, an answer that it would take is not given up."""
    bot.fail("uno", *[RETRY_IN_7] * (ATTEMPTS + 3))
    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))

    assert ["uno"] == bot.sent
    assert [7] * (ATTEMPTS + 3) == sleep.taken


async def test_nothing_is_kept(bot: FakeBot) -> None:
    """What is delivered is forgotten, or the bot would grow with every answer."""
    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        await until(lambda: bot.sent)
        await until(lambda: not queue._tasks and not queue._last_of_chat)  # noqa: SLF001
