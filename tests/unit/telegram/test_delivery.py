"""Answers leave in order within each chat, again when it helps, and in nobody's way."""

import asyncio
from typing import Any, cast

import pytest
from aiogram.exceptions import AiogramError, ClientDecodeError
from aiogram.methods import AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bot.telegram import delivery as module
from bot.telegram import sending
from bot.telegram.delivery import MOST_WAITING, DeliveryQueue
from bot.telegram.sending import ATTEMPTS, CONCURRENCY, LONGEST_WAIT
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
)
from tests.support.waiting import until

UNREADABLE = ClientDecodeError("Failed to deserialize object", ValueError(), {"ok": True})
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
        await until(lambda: not len(queue) and not queue._lanes)  # noqa: SLF001


class Clock:
    """A clock that pauses move on."""

    def __init__(self, sleep: FakeSleep) -> None:
        self._sleep = sleep
        self.extra = 0.0

    def __call__(self) -> float:
        """Return the seconds that were slept, and the `extra` ones."""
        return sum(self._sleep.taken) + self.extra


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
