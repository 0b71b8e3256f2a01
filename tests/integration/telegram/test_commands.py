"""The members' commands, and the button that gives the gift."""

import pytest

from bot.gamification.types import ConditionType, StreakType
from sandbox import Message
from tests.support.database import run_sql
from tests.support.economy import LiveEconomy
from tests.support.live_bot import LiveBot


def button(message: Message, text: str) -> str:
    return message.button(text).callback_data or ""


async def test_daily(bot: LiveBot) -> None:
    """/daily gives the gift once, with its breakdown, and then says when to come back."""
    ana = bot.server.telegram.ana

    (gift,), (again,) = await bot.say(ana, "/daily"), await bot.say(ana, "/daily")

    assert [
        "🎁 Regalo diario: +50 besitos",
        "💋 Saldo: 50 besitos",
        "🔥 Racha de 1 día. Recoge el regalo cada día y no se rompe.",
        "El próximo, de 60 besitos, te espera desde mañana a las 00:00.",
    ] == gift.text.splitlines()
    assert (
        "Ya has recogido el regalo de hoy. 🔥 Racha de 1 día. "
        "El próximo te espera desde mañana a las 00:00."
    ) == again.text
    assert 50 == (await bot.balances())[ana.id]


async def test_daily_by_button(bot: LiveBot) -> None:
    """The button gives to whoever presses it, each once; what it unlocks is in one message."""
    telegram = bot.server.telegram
    economy = LiveEconomy(bot.engine)
    await economy.add_reward("Primer regalo", (ConditionType.FIRST_DAILY_GIFT, None))
    await economy.add_reward("Cincuenta", (ConditionType.TOTAL_POINTS, 50))
    said = telegram.say(telegram.ana, telegram.group, "/start")
    await bot.settle()
    (welcome,) = bot.answers(telegram.group)
    bot.dispatcher["rules"].invalidate()

    for member in (telegram.ana, telegram.luis):
        await bot.press(member, welcome, button(welcome, "🎁 Regalo diario"))
    again = await bot.press(telegram.ana, welcome, button(welcome, "🎁 Regalo diario"))

    texts = [one.text.splitlines() for one in bot.answers(telegram.group)[1:]]
    assert said.message_id < welcome.message_id
    assert [
        ["Ana", "🎁 Regalo diario: +50 besitos"],
        ["🎉 Ana, has desbloqueado:", "• Primer regalo"],
        ["Luis", "🎁 Regalo diario: +50 besitos"],
    ] == [[line.split(" (")[0] for line in lines[:2]] for lines in texts]
    unlocked = ["• Primer regalo", "• Cincuenta"]
    assert [*unlocked, "", "🎉 Luis, has desbloqueado:", *unlocked] == [
        one.split(" (")[0] for one in texts[1][1:]
    ]
    assert again.text.startswith("Ya has recogido el regalo de hoy. 🔥 Racha de 1 día. ")
    assert [50, 50] == [(await bot.balances())[one.id] for one in (telegram.ana, telegram.luis)]


@pytest.mark.parametrize("command", ["/daily", "/profile", "/rewards", "/top", "/history"])
async def test_answers_in_a_group(bot: LiveBot, command: str) -> None:
    """Where others read along, an answer is a reply: everybody sees whose it is."""
    telegram = bot.server.telegram
    said = [telegram.say(one, telegram.group, command) for one in (telegram.ana, telegram.luis)]
    again = telegram.say(telegram.ana, telegram.group, "/daily")
    await bot.settle()

    answers = [one for one in bot.answers(telegram.group) if "desbloqueado" not in one.text]
    replied_to = [one.reply_to and one.reply_to.message_id for one in answers]
    assert [one.message_id for one in (*said, again)] == replied_to


async def test_leaderboard_of_another(bot: LiveBot) -> None:
    """A page that says where Ana stands is Ana's to turn."""
    telegram = bot.server.telegram
    for member in range(1, 26):
        await LiveEconomy(bot.engine).move(10, f"grant:{member}", member)
    telegram.say(telegram.ana, telegram.group, "/top")
    await bot.settle()
    (page,) = bot.answers(telegram.group)

    refused = await bot.press(telegram.luis, page, button(page, "›"))

    assert "Este botón es de otra persona." == refused.text


async def test_streak(bot: LiveBot) -> None:
    """The day after, the gift has its bonus, and a streak that ended shows as 0."""
    ana = bot.server.telegram.ana
    await bot.say(ana, "/daily")
    await days_ago(bot, 1)
    (second,) = [one for one in await bot.say(ana, "/daily") if "Regalo" in one.text]
    await days_ago(bot, 3)
    (profile,) = await bot.say(ana, "/profile")

    assert "50 de regalo + 10 por la racha" == second.text.splitlines()[1]
    assert second.text.splitlines()[3].startswith("🔥 2 días seguidos.")
    assert "🔥 Racha del regalo: 0 días · de reacciones: 0 días" in profile.text.splitlines()


async def test_profile(bot: LiveBot) -> None:
    """The profile shows account, level, progress, rank and a way to the gift."""
    ana = bot.server.telegram.ana
    await bot.say(ana, "/daily")

    (profile,) = await bot.say(ana, "/profile")

    assert [
        "👤 Ana",
        "💋 Saldo: 50 besitos",
        "⭐ Nivel 1",
        "▰▰▰▰▰▱▱▱▱▱ 50/100",
        "🔥 Racha del regalo: 1 día · de reacciones: 0 días",
        "🏆 Eres el n.º 1",
    ] == profile.text.splitlines()
    assert ["🎁 Regalo diario", "🏅 Recompensas", "🏆 Clasificación", "🧾 Movimientos"] == [
        one.text for one in profile.buttons
    ]


async def test_profile_unlocks(bot: LiveBot) -> None:
    """Whatever holds by now is unlocked by any action, /profile included, and told once."""
    ana = bot.server.telegram.ana
    await bot.say(ana, "/daily")
    await LiveEconomy(bot.engine).add_reward("Nueva", (ConditionType.TOTAL_POINTS, 50))
    bot.dispatcher["rules"].invalidate()

    first, second = await bot.say(ana, "/profile"), await bot.say(ana, "/profile")

    assert ["🎉 Ana, has desbloqueado:"] == [one.text.splitlines()[0] for one in first[1:]]
    assert [] == second[1:]


async def test_rewards(bot: LiveBot) -> None:
    """/rewards lists what is locked, with progress."""
    emma = bot.server.telegram.emma
    await bot.say(emma, "/daily")

    (listing,) = await bot.say(emma, "/rewards")

    assert "🏅 Rewards" == listing.text.splitlines()[0]
    assert "▰▰▰▰▰▱▱▱▱▱ 50/100" in listing.text
    assert "🔒 Budding Saver (badge 💰 saver)" in listing.text.splitlines()
    assert ["👤 Profile"] == [one.text for one in listing.buttons]


async def days_ago(bot: LiveBot, days: int) -> None:
    """Let the last gift have been so many days ago."""
    day = f"date('now', '-{days} days')"
    await run_sql(
        bot.engine,
        f"UPDATE user_streaks SET last_day = {day} WHERE streak_type = '{StreakType.DAILY_GIFT}'",
        f"UPDATE transactions SET reference = reference || '/{days}'",
    )
