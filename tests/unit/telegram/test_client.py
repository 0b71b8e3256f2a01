"""The client of the Bot API, without a server."""

import gc
import json
import weakref

from aiogram.methods import SendMessage

from bot.telegram.client import create_bot


async def test_model_of_an_answer_is_kept() -> None:
    """What reads answers of a kind is made once, and not again for each of them."""
    bot = create_bot("42:TEST")
    chat = {"id": 1, "type": "private"}
    content = json.dumps({"ok": True, "result": {"message_id": 1, "date": 1, "chat": chat}})
    method = SendMessage(chat_id=1, text="Hola")

    model = weakref.ref(type(bot.session.check_response(bot, method, 200, content)))
    gc.collect()

    assert model() is not None
