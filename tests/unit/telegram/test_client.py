"""The client of the Bot API, without a server."""

import gc
import json
import weakref
from typing import Any

import pytest
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import SendMessage

from bot.telegram.client import create_bot, retry_after


async def test_model_of_an_answer_is_kept() -> None:
    """What reads answers of a kind is made once, and not again for each of them."""
    bot = create_bot("42:TEST")
    chat = {"id": 1, "type": "private"}
    content = json.dumps({"ok": True, "result": {"message_id": 1, "date": 1, "chat": chat}})
    method = SendMessage(chat_id=1, text="Hola")

    model = weakref.ref(type(bot.session.check_response(bot, method, 200, content)))
    gc.collect()

    assert model() is not None


@pytest.mark.parametrize("seconds", [None, 0, -5, 7])
async def test_too_many_requests(seconds: int | None) -> None:
    """A 429 means to wait, and not for less than a second, whatever else it says."""
    bot = create_bot("42:TEST")
    answer: dict[str, Any] = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
    if seconds is not None:
        answer["parameters"] = {"retry_after": seconds}

    with pytest.raises(TelegramRetryAfter) as refused:
        bot.session.check_response(bot, SendMessage(chat_id=1, text="x"), 429, json.dumps(answer))

    assert max(1, seconds or 0) == retry_after(refused.value)
