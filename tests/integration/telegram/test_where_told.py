"""Where a member is told what they unlocked: there, in private, or once they come."""

import pytest
from aiogram.methods import SendMessage
from aiogram.types import ReplyParameters

from bot.telegram.methods import Notice
from sandbox import Message, User
from sandbox.errors import BotApiError
from sandbox.faults import Fault
from sandbox.fixtures import DISCUSSION, FORUM
from tests.support.database import run_sql
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, count_rows
from tests.support.live_bot import LiveBot
from tests.support.updates import GROUP, reaction, user, written

TOPICS = {**GROUP, "is_forum": True}
TOPIC = {"chat": TOPICS, "message_thread_id": 7, "is_topic_message": True}


def replied(notice: object) -> tuple[int | None, int | None]:
    """Return topic and message that a notice goes to."""
    assert isinstance(notice, Notice)
    assert isinstance(notice.reply_parameters, ReplyParameters)
    return notice.message_thread_id, notice.reply_parameters.message_id


async def test_reaction_in_a_topic(telegram: Dispatching) -> None:
    """What a reaction unlocks is told in its topic, as a reply to the message."""
    await telegram.feed(written("hola", user(1002), 30, **TOPIC))

    (known,) = await telegram.feed(reaction(30, user(ANA), chat=TOPICS))
    (unknown,) = await telegram.feed(reaction(31, user(1003), chat=TOPICS))

    assert ((7, 30), (None, 31)) == (replied(known), replied(unknown))


async def test_command_in_a_topic(telegram: Dispatching) -> None:
    """What /profile or a gift unlocks is told in the topic of the command."""
    await telegram.feed(reaction(1, user(ANA)))
    await telegram.feed(written("/daily", user(ANA), 40, **TOPIC))
    await run_sql_of_hundred(telegram)

    *_, told = await telegram.feed(written("/profile", user(ANA), 41, **TOPIC))

    assert (7, 41) == replied(told)


async def run_sql_of_hundred(telegram: Dispatching) -> None:
    """Let Ana have earned enough for the next reward, by hand."""
    await run_sql(
        telegram.dispatcher["engine"],
        "UPDATE user_gamification_profiles SET total_earned = 100, balance = 100",
    )


async def pressed_by(bot: LiveBot, member: User) -> Message:
    """Let somebody press the button below a new post."""
    telegram = bot.server.telegram
    post = telegram.post(telegram.channel, "novedades")
    await bot.settle()
    post = telegram.message(telegram.channel, post.message_id)
    await bot.press(member, post, post.buttons[0].callback_data or "")
    return post


async def test_never_opened_the_bot(bot: LiveBot) -> None:
    """The notice waits until they write, and the time to claim begins then."""
    telegram = bot.server.telegram
    nora = telegram.add_member("Nora", opened=False)
    await pressed_by(bot, nora)
    assert 1 == await count_rows(bot.engine, "outbox_messages", "unreachable_since IS NOT NULL")
    await run_sql(bot.engine, "UPDATE user_rewards SET expires_at = '2020-01-01'")

    greeting, told = await bot.say(nora, "/start")

    assert greeting.text.startswith("¡Hola, Nora!")
    assert "Primeros Pasos" in told.text
    answer = await bot.press(nora, told, told.buttons[0].callback_data or "")
    assert ("✅ +10 💋", 0) == (answer.text, await count_rows(bot.engine, "outbox_messages"))
    assert 1 == len(await bot.say(nora, "/help"))


async def test_refused_in_the_group(bot: LiveBot) -> None:
    """What Telegram does not take in the group is told in private."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.luis, telegram.group, "hola")
    refused = Fault(error=BotApiError(400, "Bad Request: TOPIC_CLOSED"))
    bot.server.faults.add("sendMessage", refused, chat=telegram.group.id)
    telegram.react(telegram.ana, telegram.group, said.message_id, ["👍"])
    await bot.settle()

    (told,) = bot.answers(telegram.private(telegram.ana))
    assert [] == bot.answers(telegram.group)
    assert (
        "✅ +10 💋"
        == (await bot.press(telegram.ana, told, told.buttons[0].callback_data or "")).text
    )


@pytest.mark.parametrize(
    "answer",
    ["Bad Request: chat not found", "Forbidden: bot can't initiate conversation with a user"],
)
async def test_not_met_yet(bot: LiveBot, answer: str) -> None:
    """However Telegram says no to a private message, the member hears of it once they come."""
    telegram = bot.server.telegram
    said = telegram.say(telegram.eve, telegram.group, "hola")
    await bot.settle()
    await run_sql(bot.engine, "UPDATE chats SET announcements = 'PRIVATE'")
    bot.dispatcher["chats"].invalidate()
    refused = Fault(error=BotApiError(403 if "Forbidden" in answer else 400, answer))
    bot.server.faults.add("sendMessage", refused, chat=telegram.luis.id)
    telegram.react(telegram.luis, telegram.group, said.message_id, ["👍"])
    await bot.settle()

    *_, told = await bot.say(telegram.luis, "/start")

    assert "Primeros Pasos" in told.text
    assert 0 == await count_rows(bot.engine, "outbox_messages")


async def test_digest_of_a_topic_that_is_gone(bot: LiveBot) -> None:
    """Where its topic is deleted or closed, the chat still gets its digest."""
    telegram = bot.server.telegram
    telegram.open_chat(FORUM)
    digest = Notice(chat_id=FORUM.id, message_thread_id=2, text="Resumen")
    refused = Fault(error=BotApiError(400, "Bad Request: message thread not found"))
    bot.server.faults.add("sendMessage", refused, chat=FORUM.id)

    bot.outbox.put(digest)
    await bot.settle()

    first, second = bot.server.calls.all("sendMessage")
    assert ("2", None) == (
        first.parameters.get("message_thread_id"),
        second.parameters.get("message_thread_id"),
    )


async def test_forum_whose_general_is_closed(bot: LiveBot) -> None:
    """A reaction in a topic is announced there, where a message without one would be lost."""
    telegram = bot.server.telegram
    telegram.open_chat(FORUM)
    said = telegram.say(telegram.luis, FORUM, "hola", thread_id=2)
    telegram.react(telegram.ana, FORUM, said.message_id, ["👍"])
    await bot.settle()

    (told,) = bot.answers(FORUM)

    assert (2, "Primeros Pasos" in told.text) == (told.thread_id, True)


async def test_copy_of_what_the_bot_posted(bot: LiveBot) -> None:
    """The bot's own words in a channel, such as those above an album's button, pay nothing."""
    telegram = bot.server.telegram
    telegram.open_chat(DISCUSSION)
    telegram.link(telegram.channel, DISCUSSION)
    bot.outbox.put(SendMessage(chat_id=telegram.channel.id, text="💋 Reacciona a este álbum"))
    await bot.settle()
    (copy,) = telegram.messages(DISCUSSION)

    telegram.react(telegram.ana, DISCUSSION, copy.message_id, ["👍"])
    await bot.settle()

    assert 0 == (await bot.balances()).get(telegram.ana.id, 0)


async def test_post_and_its_copy(bot: LiveBot) -> None:
    """Whoever has pressed below the post is not paid once more for its copy in the linked group."""
    telegram = bot.server.telegram
    telegram.open_chat(DISCUSSION)
    telegram.link(telegram.channel, DISCUSSION)
    await pressed_by(bot, telegram.ana)
    (copy,) = [one for one in telegram.messages(DISCUSSION) if not one.by_bot]
    before = await bot.balances()

    for member in (telegram.ana, telegram.luis):
        telegram.react(member, DISCUSSION, copy.message_id, ["👍"])
        await bot.settle()

    after = await bot.balances()
    assert (before[telegram.ana.id], 25) == (after[telegram.ana.id], after[telegram.luis.id])
