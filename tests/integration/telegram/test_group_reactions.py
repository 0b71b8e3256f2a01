"""Reactions in a group, from a real long poll to the ledger."""

from bot.telegram.keyboards import ReactToPost
from sandbox import Message
from sandbox.values import User
from tests.support.economy import count_rows
from tests.support.live_bot import LiveBot
from tests.support.markup import visible


async def reacted(bot: LiveBot, *members: User, emoji: str = "👍") -> Message:
    """Let members react to a new message of Luis, and wait until the bot knows."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.luis, telegram.group, "hola")
    for member in members:
        telegram.react(member, telegram.group, said.message_id, [emoji])
    await bot.settle()
    return said


async def test_pays_quietly(bot: LiveBot) -> None:
    """Only what the first reaction unlocks is worth a message; every other one pays silently."""
    telegram = bot.server.telegram
    await reacted(bot, telegram.ana)
    announced = bot.answers(telegram.group)
    for _ in range(3):
        await reacted(bot, telegram.ana)

    assert 1 == len(announced)
    assert announced == bot.answers(telegram.group)
    assert 5 * 4 + 20 == (await bot.balances())[telegram.ana.id]


async def test_announcement(bot: LiveBot) -> None:
    """It mentions the member, says what there is to claim, and has the button for it."""
    telegram = bot.server.telegram
    await reacted(bot, telegram.ana)
    (announced,) = bot.answers(telegram.group)

    assert [
        "🎉 Ana, has desbloqueado:",
        "• Primeros Pasos (+10 besitos): tienes 7 días para reclamarla",
    ] == announced.text.splitlines()
    assert ["Ana · ✅ Reclamar Primeros Pasos"] == [button.text for button in announced.buttons]
    mention = next(one for one in announced.formatted.entities if one.user or one.url)
    assert telegram.ana.id == (mention.user.id if mention.user else mention.url)


async def test_changing_and_taking_away(bot: LiveBot) -> None:
    """Another emoji, none, and the first one again: nothing more is paid and nothing taken."""
    telegram = bot.server.telegram
    said = await reacted(bot, telegram.ana)
    for emoji in (["🔥"], [], ["👍"], ["👍", "🔥"], []):
        telegram.react(telegram.ana, telegram.group, said.message_id, emoji)
    await bot.settle()

    assert 25 == (await bot.balances())[telegram.ana.id]
    assert 1 == await count_rows(bot.engine, "user_reactions")


async def test_taking_away_what_never_paid(bot: LiveBot) -> None:
    """A removal alone, of a reaction from before the bot came, pays nothing."""
    telegram = bot.server.telegram
    telegram.set_bot_status(telegram.group, "member")
    said = await reacted(bot, telegram.ana)
    telegram.set_bot_status(telegram.group, "administrator")
    telegram.react(telegram.ana, telegram.group, said.message_id, [])
    await bot.settle()

    assert 0 == (await bot.balances()).get(telegram.ana.id, 0)
    assert 0 == await count_rows(bot.engine, "user_reactions")


async def test_anonymous(bot: LiveBot) -> None:
    """An anonymous administrator has no account, and nobody else's grows."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.luis, telegram.group, "hola")
    telegram.react_anonymously(telegram.group, said.message_id, ["👍"])
    await bot.settle()

    assert 0 == sum((await bot.balances()).values())
    assert [] == bot.answers(telegram.group)


async def test_bots(bot: LiveBot) -> None:
    """Other bots earn nothing and are no members."""
    telegram = bot.server.telegram
    robot = User(5000, "Robot", is_bot=True)
    telegram.chats[telegram.group.id].members[robot.id] = robot

    await reacted(bot, robot)

    assert robot.id not in await bot.balances()


async def test_many_members(bot: LiveBot) -> None:
    """Everybody who reacts is paid, and reads of their own reward in one message that grows."""
    telegram = bot.server.telegram
    await reacted(bot, telegram.ana, telegram.emma, telegram.eve)

    paid = {telegram.ana.id: 25, telegram.emma.id: 25, telegram.eve.id: 25}
    assert paid == {who: what for who, what in (await bot.balances()).items() if what}
    (announced,) = bot.answers(telegram.group)
    assert [
        "🎉 Ana, has desbloqueado:",
        "🎉 Emma, you have unlocked:",
        "🎉 <b>Eve</b> & co, has desbloqueado:",
    ] == [visible(line) for line in announced.text.splitlines() if line.startswith("🎉")]
    assert [
        "Ana · ✅ Reclamar Primeros Pasos",
        "Emma · ✅ Claim First Steps",
        "<b>Eve</b> & co · ✅ Reclamar Primeros Pasos",
    ] == [visible(button.text) for button in announced.buttons]


async def test_channel_post(bot: LiveBot) -> None:
    """A post gets a button; each member's first press pays, and says so to them alone.

    What it unlocked is in the chat with the bot, where the answer leads.
    """
    await bot.api.learn_name()
    telegram = bot.server.telegram
    post = telegram.post(telegram.channel, "novedades")
    await bot.settle()
    post = telegram.message(telegram.channel, post.message_id)
    (button,) = post.buttons
    assert "💋 +5 besitos" == button.text

    answers = [
        await bot.press(member, post, button.callback_data or "")
        for member in (telegram.ana, telegram.ana, telegram.emma)
    ]

    unlocked = [
        "💋 +5 y +20 de bono de actividad",
        "🎉 Has desbloqueado: Primeros Pasos",
        "Reclama lo tuyo en el chat con el bot @besitos_sandbox_bot",
    ]
    in_english = [
        "💋 +5 and +20 activity bonus",
        "🎉 You have unlocked: First Steps",
        "Claim what is yours in the chat with the bot @besitos_sandbox_bot",
    ]
    assert [
        "\n".join(unlocked),
        "Por esta ya has recibido tus besitos. ¡Gracias!",
        "\n".join(in_english),
    ] == [answer.text for answer in answers]
    assert [True, False, True] == [answer.show_alert for answer in answers]
    assert "https://t.me/besitos_sandbox_bot?start=rewards" == answers[0].url
    assert (25, 25) == tuple(
        [(await bot.balances())[one.id] for one in (telegram.ana, telegram.emma)]
    )
    (counting,) = telegram.message(telegram.channel, post.message_id).buttons
    assert "💋 +5 besitos · 2" == counting.text
    assert [] == bot.answers(telegram.channel)
    (unlocked,) = bot.answers(telegram.private(telegram.ana))
    assert "Primeros Pasos" in unlocked.text


async def test_second_post_of_the_day(bot: LiveBot) -> None:
    """Posts and group messages count as one: the bonus comes once a day."""
    telegram = bot.server.telegram
    await reacted(bot, telegram.ana)
    post = telegram.post(telegram.channel, "novedades")
    await bot.settle()
    post = telegram.message(telegram.channel, post.message_id)

    answer = await bot.press(telegram.ana, post, post.buttons[0].callback_data or "")

    assert ("💋 +5", 30) == (answer.text, (await bot.balances())[telegram.ana.id])


async def test_forged_press(bot: LiveBot) -> None:
    """The button of a channel post pays nothing anywhere else, whoever forges it."""
    telegram = bot.server.telegram
    (private,) = await bot.say(telegram.ana, "/help")
    telegram.say(telegram.luis, telegram.group, "/help")
    await bot.settle()
    (in_group,) = bot.answers(telegram.group)

    answers = [
        await bot.forge(telegram.ana, message, ReactToPost().pack())
        for message in (private, in_group)
    ]

    assert ["Este botón ya no funciona."] * 2 == [answer.text for answer in answers]
    assert {} == await bot.balances()
