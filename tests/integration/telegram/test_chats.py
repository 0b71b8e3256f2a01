"""The bot's arrival in a chat, chats that do not count, and members who leave."""

from typing import Any, cast

from sqlalchemy import text

from bot.gamification.leaderboard import read_page
from tests.support.dispatching import Dispatching, dispatching
from tests.support.economy import ANA, LUIS, LiveEconomy, count_rows
from tests.support.updates import BOT, GROUP, command, membership, press, reaction, showing, user

CHANNEL = {"id": -200, "type": "channel", "title": "Canal <1>"}
OTHER = {"id": -300, "type": "supergroup", "title": "Otro"}
ELSEWHERE = "En este chat no se ganan besitos"


def bot_is(before: str, after: str, chat: dict[str, Any] = GROUP, **rights: object) -> Any:
    return membership("my_chat_member", BOT, before, after, chat=chat, by=user(ANA), **rights)


def member_is(who: int, before: str, after: str, chat: dict[str, Any] = GROUP) -> Any:
    return membership("chat_member", user(who), before, after, chat=chat)


async def board(live: LiveEconomy) -> list[str]:
    async with live.engine.connect() as connection:
        return [row.first_name for row in (await read_page(connection, 0)).rows]


async def test_asks_once_for_what_it_needs(telegram: Dispatching, live: LiveEconomy) -> None:
    """Added, it says what it needs; promoted, that it is ready; demoted, it asks again."""
    (asked,) = await telegram.texts(bot_is("left", "member"))
    assert "necesito ser <b>administrador</b>" in asked
    (ready,) = await telegram.texts(bot_is("member", "administrator"))
    assert ready.startswith("¡Listo!")
    assert [] == await telegram.feed(bot_is("administrator", "administrator"))
    (again,) = await telegram.texts(bot_is("administrator", "member"))
    assert asked == again
    assert 0 == await count_rows(live.engine, "users")


async def test_removed_it_stops(telegram: Dispatching, live: LiveEconomy) -> None:
    """What was to be sent there is not, and coming back it asks anew."""
    await telegram.feed(bot_is("left", "member"))
    await live.edit_by_sql(
        "INSERT INTO outbox_messages (chat_id, method, payload) VALUES (-100, 'sendMessage', '{}')"
    )

    assert [] == await telegram.feed(bot_is("member", "kicked"))

    assert 0 == await count_rows(live.engine, "outbox_messages")
    assert 1 == await count_rows(live.engine, "chats", "left_at IS NOT NULL")
    assert 1 == len(await telegram.feed(bot_is("kicked", "member")))
    assert 0 == await count_rows(live.engine, "chats", "left_at IS NOT NULL")


async def test_a_channel_is_told_of_in_private(telegram: Dispatching) -> None:
    """Its subscribers read nothing; who added the bot does."""
    (needs,) = await telegram.feed(bot_is("left", "administrator", CHANNEL))
    (ready,) = await telegram.feed(
        bot_is("administrator", "administrator", CHANNEL, can_edit_messages=True)
    )

    assert [ANA, ANA] == [cast("Any", one).chat_id for one in (needs, ready)]
    assert "<b>editar mensajes</b>" in cast("Any", needs).text
    assert "Canal &lt;1&gt;" in cast("Any", ready).text


async def test_nothing_is_paid_elsewhere(live: LiveEconomy) -> None:
    """In a chat that is not listed it says so once, registers nobody, and pays nothing."""
    async with dispatching(live.engine, frozenset({-100})) as telegram:
        assert 1 == len(await telegram.feed(reaction(1, user(ANA))))
        (said,) = await telegram.texts(reaction(1, user(LUIS), chat=OTHER))
        assert said.startswith(ELSEWHERE)
        assert [] == await telegram.feed(command("/daily", user(LUIS), chat=OTHER))
        pressed = press("gift", user(LUIS), showing("gift", OTHER))
        (alert,) = await telegram.texts(pressed)
        assert alert.startswith(ELSEWHERE)
        assert [] == await telegram.feed(bot_is("left", "member", OTHER))
    assert 1 == await count_rows(live.engine, "users")
    assert 2 == await count_rows(live.engine, "chats")


async def test_who_left_is_on_no_board(telegram: Dispatching, live: LiveEconomy) -> None:
    """Gone from all chats they are off, back or active in one on again; strangers are nothing."""
    for chat in (GROUP, OTHER):
        await telegram.feed(reaction(1, user(ANA), chat=chat))
    await telegram.feed(reaction(1, user(LUIS)))

    await telegram.feed(member_is(ANA, "member", "left"))
    assert {"Member 1001", "Member 1002"} == set(await board(live))
    await telegram.feed(member_is(ANA, "member", "kicked", OTHER))
    await telegram.feed(member_is(5, "member", "left"))
    assert ["Member 1002"] == await board(live)
    await telegram.feed(member_is(ANA, "left", "member"))
    assert {"Member 1001", "Member 1002"} == set(await board(live))
    await telegram.feed(member_is(ANA, "member", "left"))
    for asked in ("/profile", "/top"):
        (told,) = await telegram.texts(command(asked, user(ANA)))
        assert told.endswith("🏆 Fuera de la clasificación: ya no estás en ningún chat")
    assert ["Member 1002"] == await board(live)
    await telegram.feed(reaction(2, user(ANA)))
    assert {"Member 1001", "Member 1002"} == set(await board(live))


async def test_announcements_go_where_the_chat_wants(
    telegram: Dispatching, live: LiveEconomy
) -> None:
    """Here, to the member in private, or nowhere."""
    await telegram.feed(command("/help", user(9), chat=GROUP))
    told = []
    for number, mode in enumerate(("HERE", "PRIVATE", "OFF")):
        async with live.engine.begin() as connection:
            await connection.execute(text(f"UPDATE chats SET announcements = '{mode}'"))
        telegram.dispatcher["chats"].invalidate()
        answers = await telegram.feed(reaction(1, user(2000 + number)))
        told.append([cast("Any", one).chat_id for one in answers])

    assert [[-100], [2001], []] == told


async def test_played_without_reactions(telegram: Dispatching, live: LiveEconomy) -> None:
    """Who never reacted is off the board once they are in no group that the bot is in."""
    await telegram.feed(command("/daily", user(ANA), chat=GROUP))
    await telegram.feed(command("/profile", user(ANA), chat=OTHER))

    await telegram.feed(member_is(ANA, "member", "left"))
    assert ["Member 1001"] == await board(live)

    await telegram.feed(member_is(ANA, "member", "left", OTHER))
    assert [] == await board(live)


async def test_gone_from_where_an_old_button_is(telegram: Dispatching, live: LiveEconomy) -> None:
    """A press below an old message does not bring the bot back into a chat that it has left."""
    await telegram.feed(reaction(1, user(ANA)))
    await telegram.feed(bot_is("member", "kicked"))
    telegram.dispatcher["chats"].invalidate()

    await telegram.feed(press("gift", user(ANA), showing("gift")))

    assert 1 == await count_rows(live.engine, "chats", "left_at IS NOT NULL")
