"""What is kept, told in the chat: a copy to take, and being forgotten."""

import json
from typing import Any, cast

from aiogram.methods import SendDocument

from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LUIS, LiveEconomy, count_rows
from tests.support.live_bot import LiveBot
from tests.support.updates import GROUP, command, press, showing, user

CHAT = {"id": ANA, "type": "private", "first_name": "Ana"}


async def pressed(telegram: Dispatching, data: str) -> list[Any]:
    return list(await telegram.feed(press(data, user(ANA), showing(data, CHAT))))


async def test_privacy_says_what_is_kept(telegram: Dispatching) -> None:
    """In private with buttons, in a group without."""
    (private,) = await telegram.feed(command("/privacy", user(ANA)))
    (group,) = await telegram.feed(command("/PRIVACIDAD", user(ANA), chat=GROUP))

    for answer in (private, group):
        assert "Qué guardo de ti, y para qué" in cast("Any", answer).text
        assert "durante 90 días" in cast("Any", answer).text
        assert "De qué chats te has ido" in cast("Any", answer).text
    rows = cast("Any", private).reply_markup.inline_keyboard
    assert ["📄 Una copia", "🗑 Olvídame"] == [row[0].text for row in rows]
    assert cast("Any", group).reply_markup is None
    assert "escríbeme /privacy en privado" in cast("Any", group).text


async def test_a_copy_is_a_document(telegram: Dispatching, live: LiveEconomy) -> None:
    """All of it as JSON, without the ids of those who acted on it."""
    await live.take_gift()
    await live.edit_by_sql(
        "INSERT INTO admin_actions (admin_id, action, target, before, after)"
        f" VALUES ({LUIS}, 'member.grant', 'member:{ANA}', '1', '2')"
    )

    _, document = await pressed(telegram, "privacy:copy")

    assert isinstance(document, SendDocument)
    content = cast("Any", document.document).data
    copy = json.loads(content)
    assert [50] == [line["amount"] for line in copy["ledger"]]
    assert str(LUIS) not in content.decode()
    assert ANA == document.chat_id


async def test_being_forgotten_is_asked_first(telegram: Dispatching, live: LiveEconomy) -> None:
    """The first press asks and says what is lost, the second forgets; then one begins anew."""
    await telegram.feed(command("/daily", user(ANA)))

    _, asked = await pressed(telegram, "privacy:ask")
    assert "Perderás lo que tienes (50 besitos)" in asked.text
    assert 1 == await count_rows(live.engine, "users", f"user_id = {ANA}")
    _, done = await pressed(telegram, "privacy:forget")

    assert done.text.startswith("Hecho: te he olvidado.")
    assert 0 == await count_rows(live.engine, "users", f"user_id = {ANA}")
    (profile,) = await telegram.texts(command("/profile", user(ANA)))
    assert "Saldo: <b>0 besitos</b>" in profile
    (gift,) = await telegram.texts(command("/daily", user(ANA)))
    assert 0 == (await live.account()).balance
    assert gift.startswith("Ya has recogido el regalo de hoy.")


async def test_the_copy_arrives(bot: LiveBot) -> None:
    """Telegram takes the document, and nothing is refused."""
    ana = bot.server.telegram.ana
    (shown,) = await bot.say(ana, "/privacy")

    await bot.press(ana, shown, shown.button("Una copia").callback_data or "")

    assert bot.answers(shown.chat)[-1].text.startswith(f"📎 besitos-{ana.id}.json (")
