"""A group that becomes a supergroup: Telegram says so in both, in any order."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from bot.gamification.chats import read_known_chats
from bot.gamification.leaderboard import read_page
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LUIS, LiveEconomy, count_rows
from tests.support.updates import (
    BOT,
    GROUP,
    command,
    membership,
    press,
    reaction,
    showing,
    user,
    written,
)

NEW = {"id": -300, "type": "supergroup", "title": "Club"}
OTHER = {"id": -400, "type": "supergroup", "title": "Otro"}
SENT: dict[str, Any] = {
    "the old one": lambda: written("x", user(9), 50, chat=GROUP, migrate_to_chat_id=-300),
    "the new one": lambda: written("x", user(9), 1, chat=NEW, migrate_from_chat_id=-100),
    "the bot's arrival": lambda: membership(
        "my_chat_member", BOT, "left", "member", chat=NEW, by=user(9)
    ),
    "an old button": lambda: press("gift", user(LUIS), showing("gift", GROUP)),
}


async def decided(live: LiveEconomy) -> list[tuple[Any, ...]]:
    """Return what counts for the new chat."""
    statement = "SELECT CAST(is_allowed AS integer), announcements FROM chats WHERE chat_id = -300"
    async with live.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


@pytest.mark.parametrize("order", list(permutations(SENT)), ids=" ".join)
@pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
async def test_what_was_decided_goes_on(
    telegram: Dispatching, live: LiveEconomy, order: tuple[str, ...]
) -> None:
    """A chat that is switched off stays off, whatever of its move is heard of first."""
    await telegram.feed(reaction(1, user(ANA)))
    await live.edit_by_sql("UPDATE chats SET is_allowed = false, announcements = 'OFF'")

    for name in order:
        telegram.dispatcher["chats"].invalidate()
        await telegram.feed(SENT[name]())
    telegram.dispatcher["chats"].invalidate()
    for chat in (GROUP, NEW):
        await telegram.feed(reaction(2, user(LUIS), chat=chat))

    assert [(0, "OFF")] == await decided(live)
    assert 1 == await count_rows(live.engine, "user_reactions")
    async with live.engine.connect() as connection:
        assert [-300] == await read_known_chats(connection)


async def test_decided_since(telegram: Dispatching, live: LiveEconomy) -> None:
    """What an admin decides after the move is not undone by the second news of it."""
    await telegram.feed(reaction(1, user(ANA)))
    await live.edit_by_sql("UPDATE chats SET is_allowed = false")
    await telegram.feed(SENT["the old one"]())
    await live.edit_by_sql("UPDATE chats SET is_allowed = true WHERE chat_id = -300")
    telegram.dispatcher["chats"].invalidate()

    await telegram.feed(SENT["the new one"]())

    assert [(1, "HERE")] == await decided(live)


async def test_said_once(telegram: Dispatching, live: LiveEconomy) -> None:
    """What was said in the group need not be said again in the supergroup."""
    await telegram.feed(reaction(1, user(ANA)))
    await live.edit_by_sql("UPDATE chats SET is_allowed = false")
    telegram.dispatcher["chats"].invalidate()
    said = [len(await telegram.feed(command("/daily", user(ANA), chat=GROUP)))]
    await telegram.feed(SENT["the old one"]())

    said.append(len(await telegram.feed(command("/daily", user(ANA), chat=NEW))))

    assert [1, 0] == said


async def test_the_old_ones_end(telegram: Dispatching, live: LiveEconomy) -> None:
    """That the bot is out of the old group, or in it, says nothing of the new one."""
    await telegram.feed(reaction(1, user(ANA)))
    await telegram.feed(SENT["the old one"]())
    news = []
    for after in ("left", "member"):
        change = {"kind": "my_chat_member", "who": BOT, "before": "member", "after": after}
        news.append(await telegram.feed(membership(**change, chat=GROUP, by=user(9))))
        telegram.dispatcher["chats"].invalidate()

    assert [[], []] == news
    assert 0 == await count_rows(live.engine, "chats", "left_at IS NOT NULL")


async def test_out_of_the_old_one_first(telegram: Dispatching, live: LiveEconomy) -> None:
    """That the bot is out of the old group may be heard before the move is."""
    await telegram.feed(reaction(1, user(ANA)))
    await telegram.feed(membership("my_chat_member", BOT, "member", "left", chat=GROUP, by=user(9)))
    await telegram.feed(SENT["the old one"]())

    assert 1 == await count_rows(live.engine, "chats", "chat_id = -300 AND left_at IS NULL")


async def test_back_in_it(telegram: Dispatching, live: LiveEconomy) -> None:
    """Who left before the move, and comes back after it, is on the board again."""
    await telegram.feed(reaction(1, user(ANA)))
    change = {"kind": "chat_member", "who": user(ANA)}
    await telegram.feed(membership(**change, before="member", after="left", chat=GROUP))
    await telegram.feed(SENT["the old one"]())
    await telegram.feed(membership(**change, before="left", after="member", chat=NEW))
    await telegram.feed(reaction(2, user(LUIS), chat=NEW))
    await telegram.feed(membership(**change, before="member", after="left", chat=OTHER))

    async with live.engine.connect() as connection:
        board = [row.first_name for row in (await read_page(connection, 0)).rows]
    assert {"Member 1001", "Member 1002"} == set(board)


async def test_its_members_stay(telegram: Dispatching, live: LiveEconomy) -> None:
    """Who was paid before the move is on the board as long as they are in the new chat."""
    for chat in (GROUP, OTHER):
        await telegram.feed(reaction(1, user(ANA), chat=chat))
    await telegram.feed(SENT["the old one"]())
    left = {"kind": "chat_member", "who": user(ANA), "before": "member", "after": "left"}
    board = []

    for chat in (OTHER, NEW):
        await telegram.feed(membership(**left, chat=chat))
        async with live.engine.connect() as connection:
            board.append([row.first_name for row in (await read_page(connection, 0)).rows])

    assert [["Member 1001"], []] == board


async def test_unknown_before(telegram: Dispatching, live: LiveEconomy) -> None:
    """A chat of which nothing was known is one like any other."""
    await telegram.feed(SENT["the new one"]())
    await telegram.feed(command("/daily", user(ANA), chat=NEW))

    assert [(1, "HERE")] == await decided(live)
