"""Presses as a client of one's own can send them: any data, under any message."""

from collections.abc import Mapping
from typing import Any

import pytest
from aiogram.methods import AnswerCallbackQuery

from bot.telegram.keyboards import (
    ClaimReward,
    ReactToPost,
    ShowHistory,
    ShowRewards,
    ShowTop,
    TakeGift,
)
from bot.telegram.signing import signed_data
from sandbox import CallbackAnswer, Chat, Message
from tests.support.dispatching import TOKEN, Dispatching
from tests.support.economy import ANA, LiveEconomy
from tests.support.live_bot import LiveBot
from tests.support.updates import GROUP, press, showing, too_old, user

GONE = "Este botón ya no funciona."
OLD = "Este botón es de antes; escribe /{}."
PAGES = (ShowTop(user_id=ANA, page=0), ShowRewards(user_id=ANA, page=0))


def forged(reward_id: int = 1) -> list[str]:
    """Return what any member can make up: data in the shape of each of our buttons."""
    buttons = [
        *PAGES,
        ShowHistory(user_id=ANA, older_than=0),
        TakeGift(),
        ClaimReward(reward_id=reward_id, user_id=ANA),
    ]
    packed = [one.pack() for one in buttons]
    return [
        *packed,
        *(f"{one}.AAAAAAAA" for one in packed),
        f"{packed[0]}.",
        ".",
        "",
        "adm:panel:0",
    ]


@pytest.fixture
async def ana_has_unlocked(bot: LiveBot) -> Message:
    """Ana may claim a reward, and the group has read so."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.luis, telegram.group, "hola")
    telegram.react(telegram.ana, telegram.group, said.message_id, ["👍"])
    await bot.settle()
    return bot.answers(telegram.group)[-1]


@pytest.fixture
async def luis_has_unlocked(bot: LiveBot, monkeypatch: pytest.MonkeyPatch) -> Message:
    """Luis may claim a reward, and the group has read so in a message of its own."""
    monkeypatch.setattr("bot.telegram.announcements.WINDOW", -1.0)
    telegram = bot.server.telegram
    said = telegram.say(telegram.ana, telegram.group, "hola")
    telegram.react(telegram.luis, telegram.group, said.message_id, ["👍"])
    await bot.settle()
    return bot.answers(telegram.group)[-1]


async def post(bot: LiveBot) -> Message:
    """Return a channel post as its readers see it."""
    telegram = bot.server.telegram
    written = telegram.post(telegram.channel, "novedades")
    await bot.settle()
    return telegram.message(telegram.channel, written.message_id)


async def said_by_bot(bot: LiveBot, chat: Chat, words: str) -> Message:
    """Let Ana write something, and return the last answer."""
    telegram = bot.server.telegram
    telegram.say(telegram.ana, chat, words)
    await bot.settle()
    return bot.answers(chat)[-1]


def everything(bot: LiveBot) -> Mapping[int, list[Message]]:
    """Return all that stands in all chats."""
    chats = bot.server.telegram.chats
    return {chat_id: list(state.messages.values()) for chat_id, state in chats.items()}


async def presses(bot: LiveBot, message: Message, datas: list[str]) -> list[CallbackAnswer]:
    """Let Ana's client send presses, which must change nothing, and return the answers."""
    ana = bot.server.telegram.ana
    before = everything(bot), (await bot.balances()).get(ana.id, 0)
    answers = [await bot.forge(ana, message, data) for data in datas]
    assert before == (everything(bot), (await bot.balances()).get(ana.id, 0))
    assert {False} == {one.show_alert for one in answers}
    return answers


async def test_channel_post(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """A post and its 💋 stay as they are, and nothing is written below, whatever is pressed."""
    shown = await post(bot)
    honest = [one.callback_data or "" for one in ana_has_unlocked.buttons]

    answers = await presses(bot, shown, [*forged(), *honest])

    assert {GONE} == {one.text for one in answers}
    paid = await bot.press(bot.server.telegram.ana, shown, shown.buttons[0].callback_data or "")
    assert "💋 +5" == paid.text


async def test_deleted_post(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """Below a post that Telegram does not show any more, only 💋 does something."""
    telegram = bot.server.telegram
    shown = await post(bot)
    telegram.chats[telegram.channel.id].delete_message(shown.message_id)

    answers = await presses(bot, shown, forged())
    paid = await bot.forge(telegram.ana, shown, shown.buttons[0].callback_data or "")

    assert {GONE} == {one.text for one in answers}
    assert "💋 +5" == paid.text


async def test_post_without_the_button(bot: LiveBot) -> None:
    """Where no 💋 hangs, none is pressed."""
    telegram = bot.server.telegram
    telegram.set_bot_status(telegram.channel, "left")
    bare = telegram.post(telegram.channel, "de antes")
    telegram.set_bot_status(telegram.channel, "administrator")
    await bot.settle()

    answers = await presses(bot, bare, [ReactToPost().pack()])

    assert [GONE] == [one.text for one in answers]


async def test_post_of_the_previous_release(bot: LiveBot) -> None:
    """A 💋 that was hung up before there were MACs pays on, once."""
    telegram = bot.server.telegram
    shown = await post(bot)
    old = {"inline_keyboard": [[{"text": "💋", "callback_data": ReactToPost().pack()}]]}
    await bot.api.edit_message_reply_markup(
        chat_id=shown.chat.id, message_id=shown.message_id, reply_markup=old
    )

    answers = [await bot.press(telegram.ana, shown, ReactToPost().pack())]
    counting = telegram.message(shown.chat, shown.message_id)
    answers += [await bot.press(telegram.ana, counting, counting.buttons[0].callback_data or "")]

    assert [
        "💋 +5 y +20 de bono de actividad",
        "Por esta ya has recibido tus besitos. ¡Gracias!",
    ] == [one.text.splitlines()[0] for one in answers]


async def test_announcement_of_another(
    bot: LiveBot, ana_has_unlocked: Message, luis_has_unlocked: Message
) -> None:
    """What Luis has unlocked stays to be read, with its button, whatever Ana sends."""
    telegram = bot.server.telegram
    top = await said_by_bot(bot, telegram.group, "/rewards")
    honest = [one.callback_data or "" for one in (*ana_has_unlocked.buttons, *top.buttons)]

    answers = await presses(bot, luis_has_unlocked, [*forged(), *honest])

    assert {GONE} == {one.text for one in answers}
    refused = await bot.press(
        telegram.ana, luis_has_unlocked, luis_has_unlocked.buttons[0].callback_data or ""
    )
    assert ("Este botón es de otra persona.", True) == (refused.text, refused.show_alert)


async def test_message_of_a_member(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """Below what somebody has written there is no button to press."""
    telegram = bot.server.telegram
    for chat in (telegram.group, telegram.private(telegram.ana)):
        said = telegram.say(telegram.ana, chat, "hola")
        await bot.settle()

        answers = await presses(bot, said, forged())

        assert {GONE} == {one.text for one in answers}


async def test_own_message_without_that_button(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """Below the bot's own messages only the buttons work that hang there."""
    telegram = bot.server.telegram
    for chat in (telegram.group, telegram.private(telegram.ana)):
        for command in ("/help", "/profile"):
            answer = await said_by_bot(bot, chat, command)

            answers = await presses(bot, answer, forged())

            assert {GONE} == {one.text for one in answers}


async def test_message_that_is_gone(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """Where Telegram shows the bot no message, data without our MAC is told what to write."""
    telegram = bot.server.telegram
    telegram.chats[telegram.group.id].delete_message(ana_has_unlocked.message_id)

    answers = await presses(bot, ana_has_unlocked, forged())

    commands = ("top", "rewards", "history", "daily", "rewards")
    told = [OLD.format(command) for command in commands]
    assert [*told, *told, told[0], GONE, GONE, GONE] == [one.text for one in answers]


async def test_mac_of_another_chat(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """What hangs in one chat does nothing in another one, not even below a message that is gone."""
    telegram = bot.server.telegram
    private = await said_by_bot(bot, telegram.private(telegram.ana), "/rewards")
    telegram.chats[telegram.group.id].delete_message(ana_has_unlocked.message_id)

    answers = await presses(bot, ana_has_unlocked, [private.buttons[0].callback_data or ""])

    assert [OLD.format("rewards")] == [one.text for one in answers]


async def test_pages_below_what_is_gone(bot: LiveBot, ana_has_unlocked: Message) -> None:
    """A member who may not write in the group cannot make the bot write there without end."""
    telegram = bot.server.telegram
    telegram.chats[telegram.group.id].delete_message(ana_has_unlocked.message_id)
    genuine = [signed_data(page.pack(), telegram.group.id, bot.api.token) for page in PAGES]

    answers = await presses(bot, ana_has_unlocked, genuine)

    assert {GONE} == {one.text for one in answers}


BUTTON = signed_data(TakeGift().pack(), GROUP["id"], TOKEN)
ROBOT = {"id": 4242, "is_bot": True, "first_name": "Robot"}
ONE_ENGINE = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)


@ONE_ENGINE
@pytest.mark.parametrize(
    "message",
    [
        showing(BUTTON, sender=ROBOT),
        showing(BUTTON, sender=user(ANA), via_bot=ROBOT),
        showing(BUTTON, sender_chat={"id": -200, "type": "channel", "title": "Ajeno"}),
        showing("adm:panel:0"),
        showing(None),
        None,
    ],
    ids=["another bot", "via a bot", "another chat", "another button", "no button", "inline"],
)
async def test_messages_that_are_not_ours(
    live: LiveEconomy, telegram: Dispatching, message: dict[str, Any] | None
) -> None:
    """A genuine button below a message of somebody else, or of nobody, is none of ours."""
    (answer,) = await telegram.feed(press(BUTTON, user(ANA), message))

    assert isinstance(answer, AnswerCallbackQuery)
    assert (GONE, None) == (answer.text, answer.show_alert)
    assert [] == await live.ledger()


@ONE_ENGINE
async def test_anonymous_bot(live: LiveEconomy, telegram: Dispatching) -> None:
    """A bot that administers the group anonymously speaks in the group's name."""
    await telegram.feed(press(BUTTON, user(ANA), showing(BUTTON, sender_chat=GROUP)))

    assert 50 == (await live.account()).balance


@ONE_ENGINE
async def test_buttons_of_the_previous_release(live: LiveEconomy, telegram: Dispatching) -> None:
    """Data without a MAC works below our own message that shows it: nobody else put it there."""
    await telegram.feed(press("gift", user(ANA), showing("gift")))

    assert 50 == (await live.account()).balance


@ONE_ENGINE
async def test_message_too_old_to_be_shown(live: LiveEconomy, telegram: Dispatching) -> None:
    """Where Telegram does not show the message any more, the MAC says that the button is ours."""
    await telegram.feed(press(BUTTON, user(ANA), too_old(1)))

    assert 50 == (await live.account()).balance


@ONE_ENGINE
async def test_post_with_an_author(live: LiveEconomy, telegram: Dispatching) -> None:
    """Whoever has written a post, and with whichever bot's help: the 💋 below it is ours."""
    channel = {"id": -200, "type": "channel", "title": "Noticias"}
    post = showing("react", channel, sender=user(7), via_bot=ROBOT)

    await telegram.feed(press("react", user(ANA), post))

    assert 25 == (await live.account()).balance


@ONE_ENGINE
async def test_game(live: LiveEconomy, telegram: Dispatching) -> None:
    """A press without any data, as games have it, is answered, too."""
    update = press("x", user(ANA), showing("x"))
    assert update.callback_query is not None
    query = update.callback_query.model_copy(update={"data": None, "game_short_name": "x"})

    (answer,) = await telegram.feed(update.model_copy(update={"callback_query": query}))

    assert GONE == getattr(answer, "text", "")
