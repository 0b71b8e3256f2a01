"""Answers leave in order within each chat, and in nobody's way."""

import asyncio
from typing import Any, cast

import pytest
from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram import delivery as module
from bot.telegram.delivery import MOST_WAITING, DeliveryQueue
from bot.telegram.sending import LONGEST_WAIT
from tests.support.fakes import RETRY_IN_7, SERVER_ERROR, FakeBot, FakeSleep, message, open_queue
from tests.support.waiting import until


async def test_order_within_a_chat(bot: FakeBot, sleep: FakeSleep) -> None:
    """Ten answers to one chat arrive in order although every other one fails first."""
    texts = [str(number) for number in range(10)]
    for text in texts[::2]:
        bot.fail(text, SERVER_ERROR)

    async with open_queue(bot) as queue:
        for text in texts:
            queue.put(message(1, text))

    assert texts == bot.sent


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


async def test_nothing_is_kept(bot: FakeBot) -> None:
    """What is delivered is forgotten, or the bot would grow with every answer."""
    async with open_queue(bot) as queue:
        queue.put(message(1, "uno"))
        await until(lambda: bot.sent)
        await until(lambda: not len(queue) and not queue._lanes)  # noqa: SLF001


class Clock:
    """A clock that pauses move on."""

    def __init__(self, sleep: FakeSleep) -> None:
        self._sleep = sleep
        self.extra = 0.0

    def __call__(self) -> float:
        """Return the seconds that were slept, and the `extra` ones."""
        return sum(self._sleep.taken) + self.extra


async def test_old_answers_are_dropped(
    bot: FakeBot, sleep: FakeSleep, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody waits for any more is dropped and counted, in one line for all."""
    clock = Clock(sleep)
    bot.fail("0", *[RETRY_IN_7] * 100)

    async with DeliveryQueue(cast("Any", bot), clock=clock) as queue:
        for number in range(5):
            queue.put(message(-1, str(number)))
        await until(lambda: not len(queue))
        clock.extra = -sum(sleep.taken)  # nobody has waited long any more
        queue.put(message(-1, "otra vez"))

    assert LONGEST_WAIT - 7 < 7 * bot.attempts.count("0") <= LONGEST_WAIT + 7
    assert (["otra vez"], 5) == (bot.sent, queue.dropped)
    assert 1 == sum("were dropped" in line for line in caplog.messages)


async def test_too_many_for_one_chat(bot: FakeBot, sleep: FakeSleep) -> None:
    """A chat that takes nothing keeps so many answers and no more."""
    gate = bot.hold("0")

    async with open_queue(bot) as queue:
        queue.put(message(-1, "0"))
        await until(lambda: bot.attempts)
        for number in range(1, 2 * MOST_WAITING):
            queue.put(message(-1, str(number)))
        assert MOST_WAITING + 1 == len(queue)
        gate.set()

    assert [str(number) for number in range(MOST_WAITING + 1)] == bot.sent
    assert MOST_WAITING - 1 == queue.dropped


async def test_pages_that_are_overwritten(bot: FakeBot, sleep: FakeSleep) -> None:
    """Of a page that is turned many times while its chat waits, only the last is sent."""
    gate = bot.hold("ocupado")

    async with open_queue(bot) as queue:
        queue.put(message(-1, "ocupado"))
        await until(lambda: bot.attempts)
        for number in range(10):
            queue.put(EditMessageText(chat_id=-1, message_id=1, text=f"página {number}"))
            queue.put(EditMessageText(chat_id=-1, message_id=2, text=f"otra {number}"))
        gate.set()

    assert ["ocupado", "página 9", "otra 9"] == bot.sent


async def test_counts_that_are_overwritten(bot: FakeBot, sleep: FakeSleep) -> None:
    """Of many presses below one post, the last count alone is sent; a page is no count."""
    gate = bot.hold("ocupado")

    async with open_queue(bot) as queue:
        queue.put(message(-1, "ocupado"))
        await until(lambda: bot.attempts)
        queue.put(EditMessageText(chat_id=-1, message_id=1, text="página"))
        for number in range(10):
            button = InlineKeyboardButton(text=str(number), callback_data="react")
            markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
            queue.put(EditMessageReplyMarkup(chat_id=-1, message_id=1, reply_markup=markup))
        gate.set()

    assert ["ocupado", "página", "None"] == bot.sent
