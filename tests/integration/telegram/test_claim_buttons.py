"""The claim button: for one member, once, wherever it got to."""

import pytest

from bot.telegram.keyboards import ClaimReward
from bot.telegram.signing import signed_data, unsigned
from sandbox import Message, User
from tests.support.database import run_sql
from tests.support.live_bot import LiveBot
from tests.support.markup import visible


@pytest.fixture
async def announced(bot: LiveBot) -> Message:
    """Ana's first reaction has unlocked a reward, and the group has read so."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.luis, telegram.group, "hola")
    telegram.react(telegram.ana, telegram.group, said.message_id, ["👍"])
    await bot.settle()
    (announced,) = bot.answers(telegram.group)
    return announced


def data_of(message: Message) -> str:
    return message.buttons[0].callback_data or ""


async def test_claim(bot: LiveBot, announced: Message) -> None:
    """Ana's press pays, once; the announcement says so, without the button and any more words."""
    ana, group = bot.server.telegram.ana, bot.server.telegram.group

    first = await bot.press(ana, announced, data_of(announced))
    second = await bot.forge(ana, announced, data_of(announced))

    assert ("✅ +10 💋", False) == (first.text, first.show_alert)
    assert "Este botón ya no funciona." == second.text
    assert 35 == (await bot.balances())[ana.id]
    (claimed,) = bot.answers(group)
    assert "🎉 Ana, has desbloqueado:\n✅ Primeros Pasos: +10 besitos" == claimed.text
    assert () == claimed.buttons


async def test_claimed_elsewhere(bot: LiveBot, announced: Message) -> None:
    """A line says what became of its own reward, though its button was of no more use."""
    telegram = bot.server.telegram
    telegram.react(telegram.eve, telegram.group, announced.message_id - 1, ["👍"])
    await bot.settle()
    (listed,) = await bot.say(telegram.ana, "/rewards")
    await bot.press(telegram.ana, listed, data_of(listed))

    for member in (telegram.ana, telegram.eve):
        (announced,) = bot.answers(telegram.group)
        await bot.press(member, announced, data_of(announced))

    (announced,) = bot.answers(telegram.group)
    assert [
        "🎉 Ana, has desbloqueado:",
        "✅ Primeros Pasos",
        "",
        "🎉 <b>Eve</b> & co, has desbloqueado:",
        "✅ Primeros Pasos: +10 besitos",
    ] == visible(announced.text).splitlines()
    assert () == announced.buttons


async def test_too_late(bot: LiveBot, announced: Message) -> None:
    """Where the time ran out before the press, the line says so instead of how long there is."""
    await run_sql(bot.engine, "UPDATE user_rewards SET expires_at = unlocked_at")

    answer = await bot.press(bot.server.telegram.ana, announced, data_of(announced))

    (expired,) = bot.answers(bot.server.telegram.group)
    assert "El plazo para reclamar esta recompensa ha terminado." == answer.text
    assert "⌛ Primeros Pasos (+10 besitos): el plazo terminó" == expired.text.splitlines()[1]
    assert () == expired.buttons


async def test_presses_in_one_batch(bot: LiveBot, announced: Message) -> None:
    """Ten presses that wait in one and the same poll pay once."""
    telegram = bot.server.telegram
    queries = [
        telegram.press(telegram.ana, telegram.group, announced.message_id, data_of(announced))
        for _ in range(10)
    ]
    await bot.settle()

    texts = [telegram.answers[one].text for one in queries]
    assert ["✅ +10 💋", *["Ya habías reclamado esta recompensa."] * 9] == texts
    assert 35 == (await bot.balances())[telegram.ana.id]


async def test_somebody_else(bot: LiveBot, announced: Message) -> None:
    """Another member is told that the button is not theirs, and Ana may still press it."""
    telegram = bot.server.telegram

    refused = await bot.press(telegram.luis, announced, data_of(announced))
    await bot.press(telegram.ana, announced, data_of(announced))

    assert ("Este botón es de otra persona.", True) == (refused.text, refused.show_alert)
    assert (0, 35) == tuple(
        [(await bot.balances()).get(one.id, 0) for one in (telegram.luis, telegram.ana)]
    )


def made_up(bot: LiveBot, announced: Message, reward_id: int, owner: User) -> str:
    """Return a button as if somebody knew the bot's token, below a message that is gone."""
    bot.server.telegram.chats[announced.chat.id].delete_message(announced.message_id)
    data = ClaimReward(reward_id=reward_id, user_id=owner.id).pack()
    return signed_data(data, announced.chat.id, bot.api.token)


async def test_forged_owner(bot: LiveBot, announced: Message) -> None:
    """Even a genuine button in one's own name claims nothing that one has not unlocked."""
    telegram = bot.server.telegram
    reward_id = ClaimReward.unpack(unsigned(data_of(announced))).reward_id
    forged = made_up(bot, announced, reward_id, telegram.luis)

    answer = await bot.forge(telegram.luis, announced, forged)

    assert "Todavía no has desbloqueado esta recompensa." == answer.text
    assert 0 == (await bot.balances()).get(telegram.luis.id, 0)


@pytest.mark.parametrize("reward_id", [0, -1, 999, 10**30])
async def test_forged_reward(bot: LiveBot, announced: Message, reward_id: int) -> None:
    """Rewards that do not exist cannot be claimed."""
    ana = bot.server.telegram.ana
    forged = made_up(bot, announced, reward_id, ana)

    answer = await bot.forge(ana, announced, forged)

    assert "Todavía no has desbloqueado esta recompensa." == answer.text


@pytest.mark.parametrize("data", ["claim", "claim:", "claim:x:y", "claim:1:2:3", "x", "top:x"])
async def test_nonsense(bot: LiveBot, announced: Message, data: str) -> None:
    """Data that no button of ours has changes nothing and stops nothing."""
    telegram = bot.server.telegram
    telegram.press(telegram.ana, telegram.group, announced.message_id, data, forge=True)
    await bot.settle()

    assert 25 == (await bot.balances())[telegram.ana.id]
    assert "✅ +10 💋" == (await bot.press(telegram.ana, announced, data_of(announced))).text


async def test_two_buttons_of_one_reward(bot: LiveBot, announced: Message) -> None:
    """In the announcement and in the list it is the same reward: claimed once."""
    telegram = bot.server.telegram
    private = telegram.private(telegram.ana)
    (listing,) = await bot.say(telegram.ana, "/rewards")

    there = await bot.press(telegram.ana, listing, data_of(listing))
    here = await bot.press(telegram.ana, announced, data_of(announced))

    assert ["✅ +10 💋", "Ya habías reclamado esta recompensa."] == [there.text, here.text]
    assert "✅ Primeros Pasos" == bot.answers(private)[-1].text.splitlines()[-1]
    assert ["👤 Perfil"] == [one.text for one in bot.answers(private)[-1].buttons]
    assert () == bot.answers(telegram.group)[-1].buttons


async def test_pressed_elsewhere(bot: LiveBot, announced: Message) -> None:
    """Sent from under another message, in another chat, it does nothing."""
    telegram = bot.server.telegram
    (elsewhere,) = await bot.say(telegram.ana, "/help")

    answer = await bot.forge(telegram.ana, elsewhere, data_of(announced))

    assert "Este botón ya no funciona." == answer.text
    assert 25 == (await bot.balances())[telegram.ana.id]


async def test_deleted_message(bot: LiveBot, announced: Message) -> None:
    """A button whose message the bot cannot see any more still claims."""
    telegram = bot.server.telegram
    telegram.chats[telegram.group.id].delete_message(announced.message_id)

    assert "✅ +10 💋" == (await bot.forge(telegram.ana, announced, data_of(announced))).text


async def test_expired(bot: LiveBot, announced: Message) -> None:
    """After its time the button says so."""
    await run_sql(bot.engine, "UPDATE user_rewards SET expires_at = '2020-01-01'")

    answer = await bot.press(bot.server.telegram.ana, announced, data_of(announced))

    assert "El plazo para reclamar esta recompensa ha terminado." == answer.text


async def test_button_of_the_list(bot: LiveBot, announced: Message) -> None:
    """/rewards has the same button, which nobody else may press either."""
    telegram = bot.server.telegram
    (listing,) = await bot.say(telegram.ana, "/rewards")

    refused = await bot.forge(telegram.luis, listing, data_of(listing))
    claimed = await bot.press(telegram.ana, listing, data_of(listing))
    (later,) = await bot.say(telegram.ana, "/rewards")

    assert "Este botón es de otra persona." == refused.text
    assert "✅ +10 💋" == claimed.text
    assert ["👤 Perfil"] == [one.text for one in later.buttons]
    assert "✅ Primeros Pasos" == later.text.splitlines()[-1]
