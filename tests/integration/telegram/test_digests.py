"""A chat's digest: collected all day, and sent once in the evening by the community's clock."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.gamification.forgetting import forget_member
from bot.telegram.methods import Notice
from bot.telegram.outbox_relay import OutboxRelay
from bot.telegram.texts.formatting import LONGEST_TEXT, shown_length
from bot.telegram.upkeep import upkeep_of
from tests.support.database import run_sql
from tests.support.dispatching import Answering, Dispatching, dispatching
from tests.support.economy import ANA, LUIS, Clock, LiveEconomy, count_rows
from tests.support.updates import BOT, GROUP, command, membership, reaction, user, written

#: 18:30 in Madrid in summer; the digest is due at 18:00 UTC.
AFTERNOON = datetime(2026, 7, 2, 16, 30, tzinfo=UTC)
EMMA = 1003


@pytest.fixture
def clock() -> Clock:
    """Begin on a summer's afternoon."""
    return Clock(AFTERNOON)


@pytest.fixture
async def telegram(live: LiveEconomy, clock: Clock) -> AsyncIterator[Dispatching]:
    """Put a dispatcher on a community in Madrid whose group wants a digest."""
    await live.edit_by_sql("UPDATE bot_config SET timezone = 'Europe/Madrid'")
    async with dispatching(live.engine, clock=clock) as telegram:
        await telegram.feed(command("/help", user(9), chat=GROUP))
        await wanted(telegram, "DIGEST")
        yield telegram


async def wanted(telegram: Dispatching, mode: str) -> None:
    """Let the chats have chosen that."""
    await run_sql(telegram.dispatcher["engine"], f"UPDATE chats SET announcements = '{mode}'")
    telegram.dispatcher["chats"].invalidate()


async def react(telegram: Dispatching, clock: Clock, message_id: int, who: Any, **on: Any) -> Any:
    """React now, and return the answers."""
    return await telegram.feed(reaction(message_id, who, date=int(clock().timestamp()), **on))


async def digests(telegram: Dispatching) -> list[Notice]:
    """Let the upkeep look, and return what it sends."""
    outbox = telegram.dispatcher["delivery"]
    assert isinstance(outbox, Answering)
    outbox.methods.clear()
    await upkeep_of(telegram.dispatcher).look()
    return [one for one in outbox.methods if isinstance(one, Notice)]


async def test_once_a_day(telegram: Dispatching, clock: Clock) -> None:
    """Nothing is said at once; at 20:00 there one message has all, and the next day another."""
    for number, who in enumerate((ANA, LUIS)):
        assert [] == await react(telegram, clock, number, user(who, first_name=f"M{who}"))
    assert [] == await digests(telegram)
    clock.advance(hours=1, microseconds=30 * 60 * 10**6 - 1)
    assert [] == await digests(telegram)
    clock.advance(microseconds=1)
    await react(telegram, clock, 5, user(EMMA))

    (digest,) = await digests(telegram)

    assert (
        "🎉 <b>Resumen del día</b>\n\n"
        '<a href="tg://user?id=1001">M1001</a>: <b>Primeros Pasos</b> (+10 besitos)\n'
        '<a href="tg://user?id=1002">M1002</a>: <b>Primeros Pasos</b> (+10 besitos)\n\n'
        "Cada cual reclama lo suyo con /rewards."
    ) == digest.text
    assert (-100, None, None) == (digest.chat_id, digest.reply_markup, digest.message_thread_id)
    clock.advance(hours=23)
    assert [] == await digests(telegram)
    clock.advance(hours=1)
    (tomorrows,) = await digests(telegram)
    assert "1003" in tomorrows.text
    assert "1001" not in tomorrows.text
    assert 0 == await count_rows(telegram.dispatcher["engine"], "digest_entries")


async def test_replicas_and_a_kill(telegram: Dispatching, clock: Clock) -> None:
    """Of several processes one makes it; what a killed one has not sent, the next one does."""
    await react(telegram, clock, 1, user(ANA))
    clock.advance(hours=2)
    engine, outbox = telegram.dispatcher["engine"], telegram.dispatcher["delivery"]
    outbox.methods.clear()

    await asyncio.gather(*(upkeep_of(telegram.dispatcher).look() for _ in range(4)))

    assert 1 == len(outbox.methods)
    assert 1 == await count_rows(engine, "outbox_messages")
    outbox.methods.clear()
    await OutboxRelay(engine, outbox).relay()
    assert [-100] == [one.chat_id for one in outbox.methods]
    assert [] == await digests(telegram)


async def test_late(telegram: Dispatching, clock: Clock) -> None:
    """A bot that was down for days makes up for it at once, by one message."""
    await react(telegram, clock, 1, user(ANA))
    clock.advance(days=3)
    await react(telegram, clock, 2, user(LUIS))

    (digest,) = await digests(telegram)

    assert "1001" in digest.text
    assert "1002" not in digest.text
    clock.advance(hours=2)
    (digest,) = await digests(telegram)
    assert "1002" in digest.text


async def test_the_zone_changes(live: LiveEconomy, telegram: Dispatching, clock: Clock) -> None:
    """Where 20:00 comes twice on a day, its digest does not."""
    await react(telegram, clock, 1, user(ANA))
    clock.advance(hours=2)
    assert 1 == len(await digests(telegram))
    await live.edit_by_sql("UPDATE bot_config SET timezone = 'America/Lima'")
    telegram.dispatcher["rules"].invalidate()
    await react(telegram, clock, 2, user(LUIS))

    clock.advance(hours=10)  # 23:30 of the same day in Lima
    assert [] == await digests(telegram)
    clock.advance(hours=24)
    (digest,) = await digests(telegram)

    assert "1002" in digest.text


async def test_language_of_most(telegram: Dispatching, clock: Clock) -> None:
    """It speaks the language of most whom it names, chosen ones included."""
    await react(telegram, clock, 1, user(ANA, language_code="en"))
    await react(telegram, clock, 2, user(LUIS))
    await react(telegram, clock, 3, user(EMMA))
    await run_sql(
        telegram.dispatcher["engine"], f"UPDATE users SET locale = 'en' WHERE user_id = {EMMA}"
    )
    clock.advance(hours=2)

    (digest,) = await digests(telegram)

    assert digest.text.startswith("🎉 <b>Daily digest</b>\n\n")
    assert "<b>First Steps</b> (+10 besitos)" in digest.text
    assert digest.text.endswith("\n\nClaim what is yours with /rewards.")


async def test_levels_and_streaks(live: LiveEconomy, telegram: Dispatching, clock: Clock) -> None:
    """A level is told to all; a streak that was lost, and a reward in a hurry, to the member."""
    await live.add_reward("Relámpago", ("FIRST_REACTION", None), claim_window_hours=1)
    telegram.dispatcher["rules"].invalidate()
    await telegram.feed(command("/profile", user(ANA)))
    await live.edit_by_sql(
        "UPDATE user_gamification_profiles SET total_earned = 99, balance = 99"
        f" WHERE user_id = {ANA}",
        "INSERT INTO user_streaks (user_id, streak_type, current, longest, last_day)"
        f" VALUES ({ANA}, 'REACTION', 12, 12, '2026-06-01')",
    )

    (told,) = await react(telegram, clock, 1, user(ANA))

    assert isinstance(told, Notice)
    assert ANA == told.chat_id
    assert "Relámpago" in told.text
    assert "Se cortó tu racha de 12 días" in told.text
    assert "Primeros Pasos" not in told.text
    clock.advance(hours=2)
    (digest,) = await digests(telegram)
    assert "⭐ nivel 2" in digest.text
    assert "Primeros Pasos" in digest.text
    assert "Relámpago" not in digest.text


async def test_in_a_topic(telegram: Dispatching, clock: Clock) -> None:
    """In a forum it goes to the topic of the latest unlock that is known, for General is closed."""
    forum = {**GROUP, "is_forum": True}
    await telegram.feed(
        written("x", user(9), 30, chat=forum, message_thread_id=7, is_topic_message=True)
    )
    await react(telegram, clock, 30, user(ANA), chat=forum)
    await react(telegram, clock, 31, user(LUIS), chat=forum)
    clock.advance(hours=2)

    (digest,) = await digests(telegram)

    assert (7, "1002" in digest.text) == (digest.message_thread_id, True)


@pytest.mark.parametrize(("mode", "sent"), [("HERE", 1), ("PRIVATE", 1), ("OFF", 0)])
async def test_the_choice_changes(
    telegram: Dispatching, clock: Clock, mode: str, sent: int
) -> None:
    """What was collected is still told, except where nothing is to be."""
    await react(telegram, clock, 1, user(ANA))
    await wanted(telegram, mode)
    clock.advance(hours=2)

    assert sent == len(await digests(telegram))
    assert 0 == await count_rows(telegram.dispatcher["engine"], "digest_entries")


async def test_the_bot_leaves(telegram: Dispatching, clock: Clock) -> None:
    """A chat that it is out of gets none."""
    await react(telegram, clock, 1, user(ANA))
    await telegram.feed(membership("my_chat_member", BOT, "member", "kicked", by=user(ANA)))
    clock.advance(hours=2)

    assert [] == await digests(telegram)


async def test_a_supergroup_and_a_forgotten_member(
    live: LiveEconomy, telegram: Dispatching, clock: Clock
) -> None:
    """The digest follows the group to its new id, and names nobody who asked to be forgotten."""
    await react(telegram, clock, 1, user(ANA))
    await react(telegram, clock, 2, user(LUIS))
    await telegram.feed(command("/x", user(9), chat=GROUP, migrate_to_chat_id=-300))
    async with live.engine.begin() as connection:
        await forget_member(connection, ANA, clock())
    clock.advance(hours=2)

    (digest,) = await digests(telegram)

    assert -300 == digest.chat_id
    assert str(ANA) not in digest.text
    assert str(LUIS) in digest.text


async def test_many(live: LiveEconomy, telegram: Dispatching, clock: Clock) -> None:
    """A day with more than a message holds is told in several: everybody is named, once."""
    await live.edit_by_sql(
        *(
            f"INSERT INTO users (user_id, first_name) VALUES ({n}, 'M{n}')"
            for n in range(5000, 5150)
        ),
        "INSERT INTO digest_entries (chat_id, user_id, reward_id, created_at)"
        " SELECT -100, user_id, (SELECT min(id) FROM rewards), '2026-07-02 16:00:00+00:00'"
        " FROM users WHERE user_id >= 5000 ORDER BY user_id",
    )
    clock.advance(hours=2)

    first, second = await digests(telegram)

    assert first.text.startswith("🎉 <b>Resumen del día</b>\n\n")
    assert second.text.endswith("\n\nCada cual reclama lo suyo con /rewards.")
    assert max(map(shown_length, (first.text, second.text))) <= LONGEST_TEXT
    named = [re.findall(r"user\?id=(\d+)", one.text) for one in (first, second)]
    assert [str(n) for n in range(5000, 5150)] == [*named[0], *named[1]]
