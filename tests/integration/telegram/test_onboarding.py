"""Finding one's way: buttons, aliases, the language, the numbers in force."""

from typing import Any

import pytest

from bot.gamification.rewards.lifecycle import NotClaimable
from bot.telegram.i18n import make_i18n
from bot.telegram.introduction import publish_descriptions
from tests.support.database import run_sql
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LUIS, LiveEconomy
from tests.support.live_bot import LiveBot
from tests.support.updates import GROUP, command, press, showing, user

CHAT = {"id": ANA, "type": "private", "first_name": "Ana"}


def buttons(answer: Any) -> dict[str, str]:
    rows = answer.reply_markup.inline_keyboard
    return {one.text: one.callback_data.partition(".")[0] for row in rows for one in row}


async def pressed(telegram: Dispatching, data: str) -> list[Any]:
    return await pressed_by(telegram, ANA, data)


async def pressed_by(telegram: Dispatching, who: int, data: str) -> list[Any]:
    chat = {**CHAT, "id": who}
    return list(await telegram.feed(press(data, user(who), showing(data, chat))))


async def test_start_leads_everywhere(telegram: Dispatching) -> None:
    """From /START, in whatever case, to each screen, and from each to the next."""
    (welcome,) = await telegram.feed(command("/START", user(ANA)))
    found = buttons(welcome)
    assert {
        "🎁 Regalo diario",
        "🏅 Recompensas",
        "🏆 Clasificación",
        "🧾 Movimientos",
        "👤 Perfil",
    } == set(found)
    for label in ("🏅 Recompensas", "🏆 Clasificación", "🧾 Movimientos", "👤 Perfil"):
        _, page = await pressed(telegram, found[label])
        assert buttons(page), label
    for text in ("/help", "/daily", "/daily", "hola"):
        answers = await telegram.feed(command(text, user(ANA)))
        assert buttons(answers[0]), text
    taken = (await pressed_by(telegram, LUIS, found["🎁 Regalo diario"]))[1]
    assert buttons(taken)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("/perfil", "/profile"),
        ("/premios", "/rewards"),
        ("/ranking", "/top"),
        ("/historial", "/history"),
        ("/ayuda", "/help"),
        ("/idioma", "/language"),
        ("/Privacidad", "/privacy"),
        ("/ADMIN", "/admin"),
    ],
)
async def test_aliases(telegram: Dispatching, alias: str, name: str) -> None:
    """The Spanish name does what the English one does."""
    assert await telegram.texts(command(name, user(ANA))) == await telegram.texts(
        command(alias, user(ANA))
    )


async def test_help_has_the_numbers_in_force(telegram: Dispatching, live: LiveEconomy) -> None:
    """What an admin has changed is what it says."""
    await live.set(besitos_daily_gift=77, max_reactions_per_day=3)

    (shown,) = await telegram.texts(command("/help", user(ANA)))

    assert "77 besitos" in shown
    assert "(hasta 3 mensajes al día)" in shown


async def test_language_is_the_members_choice(telegram: Dispatching) -> None:
    """It stays, whatever their Telegram says, until they give it back."""
    (asked,) = await telegram.feed(command("/language", user(ANA)))
    found = buttons(asked)
    _, done = await pressed(telegram, found["English"])
    assert "English" in done.text
    (shown,) = await telegram.texts(command("/help", user(ANA)))
    assert "a day" in shown
    await pressed(telegram, found["📱 El de mi Telegram"])
    (shown,) = await telegram.texts(command("/help", user(ANA)))
    assert "al día" in shown


async def test_admin_without_admins(telegram: Dispatching) -> None:
    """While nobody is an admin, who asks is told the id that would make them one."""
    (said,) = await telegram.texts(command("/admin", user(ANA)))

    (in_group,) = await telegram.texts(command("/admin", user(ANA), chat=GROUP))

    assert f"<code>{ANA}</code>" in said
    assert "ADMIN_IDS" in said
    assert "escríbeme allí /admin" in in_group


async def test_introduction_is_set_once(bot: LiveBot) -> None:
    """Each language has its own; what is there already is not set again."""
    i18n = make_i18n()
    await publish_descriptions(bot.api, i18n)
    first = len(bot.server.calls.all("setMyDescription"))
    await publish_descriptions(bot.api, i18n)

    assert (2, 2) == (first, len(bot.server.calls.all("setMyDescription")))
    spanish = await bot.api.get_my_description()
    english = await bot.api.get_my_description(language_code="en")
    assert spanish.description.startswith("💋 Besitos da una moneda")
    assert english.description.startswith("💋 Besitos gives")
    assert 0 < len((await bot.api.get_my_short_description()).short_description) <= 120


async def test_chosen_language_when_something_is_refused(
    telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal, and what failed for good, are told in the language that the member has chosen."""
    ana = user(ANA)
    await telegram.feed(command("/start", ana))
    await run_sql(telegram.dispatcher["engine"], "UPDATE users SET locale = 'en'")

    async def refuse(*_: object) -> None:
        raise NotClaimable(None)

    monkeypatch.setattr("bot.telegram.routers.daily_gift.take_gift", refuse)
    (refused,) = await telegram.texts(command("/daily", ana))

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.telegram.routers.daily_gift.take_gift", fail)
    (failed,) = await telegram.until_done(command("/daily", ana))
    (another,) = await telegram.until_done(command("/daily", user(LUIS)))

    assert "You haven't unlocked this reward yet." == refused
    assert "Something went wrong" in str(getattr(failed, "text", ""))
    assert "Algo ha salido mal" in str(getattr(another, "text", ""))
