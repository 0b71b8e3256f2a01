"""Messages that the bot has seen: whose they are, and which post they copy."""

from datetime import UTC, datetime, timedelta

import pytest
from aiogram.methods import EditMessageReplyMarkup, SendMessage
from aiogram.types import Update

from bot.gamification.forgetting import forget_member
from bot.gamification.messages import KEPT, SeenMessage, forget_old, remember
from bot.telegram.keyboards import ReactToAlbum, ReactToPost
from bot.telegram.signing import signed_data
from tests.support.dispatching import TOKEN, Dispatching
from tests.support.economy import ANA, LUIS, LiveEconomy, count_rows
from tests.support.live_bot import LiveBot
from tests.support.updates import CHANNEL, copied, post, press, reaction, showing, user, written

KISS = ReactToPost().pack()


async def test_own_message(live: LiveEconomy, telegram: Dispatching) -> None:
    """A reaction to one's own message pays nothing, to another's it does; nor does it again."""
    await telegram.feed(written("hola", user(ANA), 7))

    for who in (ANA, LUIS, ANA):
        await telegram.feed(reaction(7, user(who)))

    assert (0, 25) == ((await live.account(ANA)).balance, (await live.account(LUIS)).balance)


async def test_own_message_of_who_was_forgotten(live: LiveEconomy, telegram: Dispatching) -> None:
    """Forgotten and back, one is still not paid for one's own messages."""
    await telegram.feed(written("hola", user(ANA), 7))
    await telegram.feed(reaction(8, user(ANA)))
    async with live.engine.begin() as connection:
        await forget_member(connection, ANA, live.clock())

    for message_id in (7, 9):
        await telegram.feed(reaction(message_id, user(ANA)))

    assert 5 == (await live.account(ANA)).balance


async def test_writing_makes_no_member(live: LiveEconomy, telegram: Dispatching) -> None:
    """Who only writes in a group is no member, and what they wrote is known all the same."""
    await telegram.feed(written("hola", user(ANA), 7))
    await telegram.feed(written("hola", user(ANA), 7))
    assert (0, 1) == (
        await count_rows(live.engine, "users"),
        await count_rows(live.engine, "messages"),
    )

    await telegram.feed(written("/daily", user(ANA), 8))

    assert 1 == await count_rows(live.engine, "users")


async def test_message_of_the_bot(bot: LiveBot) -> None:
    """A reaction to what the bot wrote in a group pays nothing."""
    telegram = bot.server.telegram
    telegram.say(telegram.luis, telegram.group, "/daily")
    await bot.settle()
    answered = bot.answers(telegram.group)[0]

    telegram.react(telegram.ana, telegram.group, answered.message_id, ["👍"])
    await bot.settle()

    assert 0 == (await bot.balances())[telegram.ana.id]
    assert 1 == await count_rows(bot.engine, "messages", "by_bot")


def pressed(who: int, post_id: int, data: str = KISS) -> Update:
    """Return a press below a post of the channel."""
    shown = {**showing(data, CHANNEL), "message_id": post_id, "sender_chat": CHANNEL}
    return press(data, user(who), shown)


@pytest.mark.parametrize("first_in_channel", [True, False], ids=["post first", "copy first"])
async def test_post_and_its_copy(
    live: LiveEconomy, telegram: Dispatching, *, first_in_channel: bool
) -> None:
    """A channel post and its copy in the linked group are paid once for each member."""
    await live.set(besitos_daily_base=0)
    await telegram.feed(copied(7, post_id=3))
    updates = [pressed(ANA, 3), reaction(7, user(ANA))]

    for update in updates if first_in_channel else reversed(updates):
        await telegram.feed(update)
    await telegram.feed(reaction(7, user(LUIS)))

    assert (5, 5) == ((await live.account(ANA)).balance, (await live.account(LUIS)).balance)
    assert 1 == await count_rows(live.engine, "transactions", "reference = 'reaction:1001:-200:3'")


async def test_copy_that_comes_late(live: LiveEconomy, telegram: Dispatching) -> None:
    """A reaction to a copy that Telegram brings only then has been paid for the post."""
    await telegram.feed(post(70))
    await telegram.feed(reaction(7, user(ANA)))
    await telegram.feed(copied(7, 70))

    await telegram.feed(pressed(ANA, 70))
    await telegram.feed(pressed(LUIS, 70))

    assert (25, 25) == tuple([(await live.account(who)).balance for who in (ANA, LUIS)])


async def test_press_on_a_day_that_is_used_up(live: LiveEconomy, telegram: Dispatching) -> None:
    """Whoever was paid for this very post is told so, and not to come back for it tomorrow."""
    await live.set(max_reactions_per_day=1)
    await telegram.feed(pressed(ANA, 3))

    again, another = [(await telegram.texts(pressed(ANA, number)))[0] for number in (3, 4)]

    assert "Por esta ya has recibido tus besitos. ¡Gracias!" == again
    assert "Hoy ya has cobrado todas tus reacciones; mañana, más." == another


async def test_press_while_no_day_has_reactions(live: LiveEconomy, telegram: Dispatching) -> None:
    """Neither the button nor the answer promises besitos, and no press is counted."""
    await live.set(max_reactions_per_day=0)

    (edited,) = await telegram.feed(post(3))
    said = await telegram.texts(pressed(ANA, 3))

    assert isinstance(edited, EditMessageReplyMarkup)
    assert edited.reply_markup is not None
    assert "💋" == edited.reply_markup.inline_keyboard[0][0].text
    assert ["Ahora mismo las reacciones no dan besitos, ¡pero gracias!"] == said


async def test_album(live: LiveEconomy, telegram: Dispatching) -> None:
    """An album has one button below it, which pays for its first picture once."""
    photo = [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]
    album = [post(number, photo=photo, media_group_id="9") for number in (3, 4, 5)]
    sent = [await telegram.feed(update) for update in album]
    again = await telegram.feed(album[0])

    (button,) = sent[0]
    assert [[], []] == sent[1:]
    assert isinstance(button, SendMessage)
    assert [button.text] == [one.text for one in again if isinstance(one, SendMessage)]
    data = signed_data(ReactToAlbum(message_id=3).pack(), CHANNEL["id"], TOKEN)
    forged = ReactToAlbum(message_id=99).pack()
    labels = []
    for update in (pressed(ANA, 6, data), pressed(ANA, 6, data), pressed(ANA, 6, forged)):
        labels += [
            one.reply_markup.inline_keyboard[0][0].text
            for one in await telegram.feed(update)
            if isinstance(one, EditMessageReplyMarkup) and one.reply_markup
        ]
    assert ["💋 +5 besitos · 1"] == labels
    assert 25 == (await live.account(ANA)).balance


KEYBOARD = {"inline_keyboard": [[{"text": "Web", "url": "https://example.org"}]]}
ORIGIN = {"type": "hidden_user", "sender_user_name": "x", "date": 1}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 1),
        ({"reply_markup": KEYBOARD}, 0),
        ({"new_chat_title": "Otro"}, 0),
        ({"forward_origin": ORIGIN}, 0),
    ],
    ids=["text", "keyboard of its own", "service message", "forwarded"],
)
@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_posts_with_a_button(
    telegram: Dispatching, fields: dict[str, object], expected: int
) -> None:
    """The button hangs where Telegram takes it, and nothing is asked that it would refuse."""
    methods = await telegram.feed(post(3, **fields))

    assert expected == len(methods)
    assert all(isinstance(method, EditMessageReplyMarkup) for method in methods)


async def test_forgetting(live: LiveEconomy) -> None:
    """Authors are known for so long; a copy of a post is known for ever."""
    now = datetime.now(UTC)
    async with live.engine.begin() as connection:
        await remember(connection, SeenMessage(-100, 1, author_id=ANA), now - KEPT - timedelta(1))
        await remember(connection, SeenMessage(-100, 2, author_id=ANA), now)
        await remember(connection, SeenMessage(-100, 3, post=(-200, 3)), now - 2 * KEPT)

        assert 1 == await forget_old(connection, now)
    assert 2 == await count_rows(live.engine, "messages")
