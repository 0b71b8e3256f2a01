"""Long lists: the pages of /top and /history, and more rewards than a message holds."""

from bot.gamification.types import ConditionType
from sandbox import Message
from tests.support.economy import LiveEconomy
from tests.support.live_bot import LiveBot


def button(message: Message, text: str) -> str:
    return message.button(text).callback_data or ""


async def test_top(bot: LiveBot) -> None:
    """/top has pages, and every page says where the member stands."""
    telegram = bot.server.telegram
    economy = LiveEconomy(bot.engine)
    for number in range(1, 26):
        await economy.move(number * 10, f"grant:{number}", number)

    (top,) = await bot.say(telegram.ana, "/top")
    pages = [top.text]
    for _ in range(2):
        await bot.press(telegram.ana, top, button(top, "›"))
        top = telegram.message(top.chat, top.message_id)
        pages.append(top.text)
    ranks = [line.split(maxsplit=1)[0] for page in pages for line in page.splitlines()[2:-2]]

    assert ["🥇", "🥈", "🥉", *(f"{rank}." for rank in range(4, 27))] == ranks
    assert {"🏆 Eres el n.º 26"} == {page.splitlines()[-1] for page in pages}
    assert ["‹", "👤 Perfil"] == [one.text for one in top.buttons]


async def test_history(bot: LiveBot) -> None:
    """/history has pages, of one member's ledger, which nobody else can turn."""
    telegram = bot.server.telegram
    economy = LiveEconomy(bot.engine)
    for number in range(1, 13):
        await economy.move(number, f"ana:{number}", telegram.ana.id)
    await economy.move(500, "luis", telegram.luis.id)

    (history,) = await bot.say(telegram.ana, "/history")
    newest = amounts(history)
    await bot.press(telegram.ana, history, button(history, "›"))
    history = telegram.message(history.chat, history.message_id)
    older = amounts(history)
    refused = await bot.forge(telegram.luis, history, button(history, "«"))
    untouched = amounts(telegram.message(history.chat, history.message_id))

    assert [f"+{number}" for number in range(12, 2, -1)] == newest
    assert ["+2", "+1"] == older
    assert ("Este botón es de otra persona.", older) == (refused.text, untouched)


async def test_pages_of_a_message_that_is_gone(bot: LiveBot) -> None:
    """A page button whose message the bot cannot see any more fails nothing."""
    telegram = bot.server.telegram
    economy = LiveEconomy(bot.engine)
    for number in range(1, 26):
        await economy.move(number * 10, f"grant:{number}", number)
    (top,) = await bot.say(telegram.ana, "/top")
    telegram.chats[top.chat.id].delete_message(top.message_id)

    answer = await bot.forge(telegram.ana, top, button(top, "›"))

    assert "" == answer.text
    assert bot.answers(top.chat)[-1].text.splitlines()[2].startswith("11. ")


def amounts(history: Message) -> list[str]:
    return [line.split()[4] for line in history.text.splitlines()[2:]]


async def test_very_many_rewards(bot: LiveBot) -> None:
    """However many rewards there are, and whatever they say, every one of them can be seen."""
    telegram = bot.server.telegram
    names = [f"Recompensa {number}" for number in range(17)]
    live = LiveEconomy(bot.engine)
    await live.add_rewards(names, (ConditionType.TOTAL_POINTS, 1000), description='"&' * 500)
    bot.dispatcher["rules"].invalidate()

    (shown,) = await bot.say(telegram.ana, "/rewards")
    pages = [shown.text]
    while any(one.text == "›" for one in shown.buttons):
        await bot.press(telegram.ana, shown, button(shown, "›"))
        shown = telegram.message(shown.chat, shown.message_id)
        pages.append(shown.text)
    refused = await bot.forge(telegram.luis, shown, button(shown, "‹"))

    assert {*names, "Primeros Pasos", "Ahorrador Principiante", "Racha de 7 Días"} == {
        line.removeprefix("🔒 ").split(" (")[0]
        for page in pages
        for line in page.splitlines()
        if line.startswith("🔒")
    }
    assert "Este botón es de otra persona." == refused.text


async def test_very_many_unlocked(bot: LiveBot) -> None:
    """However many rewards one update unlocks, the member hears of them and may claim each."""
    names = [f"Recompensa número {number}" for number in range(120)]
    await LiveEconomy(bot.engine).add_rewards(names, (ConditionType.TOTAL_POINTS, 1))
    bot.dispatcher["rules"].invalidate()

    _gift, *announced = await bot.say(bot.server.telegram.ana, "/daily")

    assert announced
