"""Announcements that grow, and buttons that go when their reward is claimed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.methods import EditMessageText
from aiogram.types import Chat, InlineKeyboardMarkup, Message, MessageEntity, ReplyParameters

from bot.telegram.announcements import (
    SAME_MESSAGE,
    WINDOW,
    Announcements,
    JoinedEdit,
    edit_claimed,
)
from bot.telegram.keyboards import ClaimReward, keyboard
from bot.telegram.methods import Notice

GROUP = -100


class Clock:
    """Stands still until told otherwise."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


@pytest.fixture
def announcements(clock: Clock) -> Announcements:
    """Remember nothing yet."""
    return Announcements(clock)


def claim(number: int) -> str:
    """Return the data of a button."""
    return ClaimReward(reward_id=number, user_id=1).pack()


def buttons(*numbers: int) -> InlineKeyboardMarkup:
    """Return a keyboard with a button for each reward."""
    rows = [[(str(n), ClaimReward(reward_id=n, user_id=1))] for n in numbers]
    return keyboard(*rows)


def notice(text: str, *numbers: int, about: int | None = None, **fields: Any) -> Notice:
    """Return an announcement."""
    reply = ReplyParameters(message_id=about) if about else None
    place: dict[str, Any] = {"chat_id": GROUP, "reply_parameters": reply, **fields}
    announcement = Notice(text=text, reply_markup=buttons(*numbers), **place)
    announcement.belong_to(1)
    return announcement


def sent(number: int, text: str = "x", *numbers: int) -> Message:
    """Return the message that Telegram has made."""
    return Message(
        message_id=number,
        date=datetime.now(UTC),
        chat=Chat(id=GROUP, type="supergroup"),
        text=text,
        entities=[MessageEntity(type="bold", offset=0, length=1)],
        reply_markup=buttons(*numbers) if numbers else None,
    )


def shown(method: Any) -> tuple[str, list[str]]:
    """Return text and buttons."""
    assert isinstance(method, EditMessageText)
    markup = method.reply_markup
    rows = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    return method.text or "", [one.text for row in rows for one in row]


def put(announcements: Announcements, one: Notice, number: int) -> None:
    """Send an announcement."""
    announcements.shown(announcements.method_for(one) or one, sent(number))


def test_grows(announcements: Announcements) -> None:
    """The next member joins the message of the one before."""
    put(announcements, notice("Ana", 1), 5)

    second = announcements.method_for(notice("Luis", 2))

    assert isinstance(second, JoinedEdit)
    assert (5, ("Ana\n\nLuis", ["1", "2"])) == (second.message_id, shown(second))
    announcements.shown(second, None)
    assert ("Ana\n\nLuis\n\nEva", ["1", "2", "3"]) == shown(
        announcements.method_for(notice("Eva", 3))
    )


@pytest.mark.parametrize(
    ("seconds", "fields", "joins"),
    [
        (WINDOW, {}, True),
        (WINDOW + 1, {}, False),
        (WINDOW + 1, {"about": 8}, True),
        (SAME_MESSAGE + 1, {"about": 8}, False),
        (0, {"message_thread_id": 7}, False),
        (0, {"chat_id": -5}, False),
        (0, {"chat_id": 5}, False),
    ],
)
def test_what_joins(
    announcements: Announcements,
    clock: Clock,
    seconds: float,
    fields: dict[str, Any],
    *,
    joins: bool,
) -> None:
    """What comes soon in the same topic, and a little later what is about the same message."""
    put(announcements, notice("Ana", 1, about=8), 5)
    clock.now += seconds
    announcements.shown(notice("x", chat_id=-9), sent(1))  # which forgets what is old

    assert joins is isinstance(announcements.method_for(notice("Luis", 2, **fields)), JoinedEdit)


def test_digest_stays_alone(announcements: Announcements) -> None:
    """What tells of many members neither joins an announcement nor grows."""
    put(announcements, notice("Ana", 1), 5)
    digest = Notice(chat_id=GROUP, text="Resumen")

    assert digest is announcements.method_for(digest)
    announcements.shown(digest, sent(6))
    joined = announcements.method_for(notice("Luis", 2))
    assert isinstance(joined, JoinedEdit)
    assert 5 == joined.message_id


def test_no_more_room(announcements: Announcements) -> None:
    """A message that would become too long is left alone."""
    put(announcements, notice("x" * 3000, 1), 5)

    alone = notice("y" * 1500, 2)

    assert alone is announcements.method_for(alone)


def test_gone(announcements: Announcements) -> None:
    """Where the message cannot be edited any more, the next one is sent."""
    put(announcements, notice("Ana", 1), 5)
    second = notice("Luis", 2)

    assert announcements.forget(announcements.method_for(second))
    assert second is announcements.method_for(second)


def test_claimed(announcements: Announcements) -> None:
    """The button goes, its line says so, and the other rewards keep theirs."""
    message = sent(5, "Hola\n• uno\n• dos", 1, 2)

    (edit,) = edit_claimed(message, claim(1), "✅ uno")

    assert ("<b>H</b>ola\n✅ uno\n• dos", ["2"]) == shown(edit)
    assert [] == edit_claimed(message, claim(3), "✅ tres")


def test_two_claims_at_once(announcements: Announcements) -> None:
    """The second is applied to what the first has left, though both were pressed before it."""
    message = sent(5, "Hola\n• uno\n• dos", 1, 2)
    edits = [edit_claimed(message, claim(n), f"✅ {n}")[0] for n in (1, 2)]

    for edit in edits:
        method = announcements.method_for(edit)
        assert method is not None
        announcements.shown(method, None)

    assert ("<b>H</b>ola\n✅ 1\n✅ 2", []) == shown(method)
    assert None is announcements.method_for(edits[0])


def test_claimed_while_it_grows(announcements: Announcements) -> None:
    """A claim that was pressed before the message grew takes nothing of the others along."""
    put(announcements, notice("Ana\n• uno", 1), 5)
    (edit,) = edit_claimed(sent(5, "Ana\n• uno", 1), claim(1), "✅ uno")
    joined = announcements.method_for(notice("Luis\n• dos", 2))
    assert joined is not None
    announcements.shown(joined, None)

    assert ("Ana\n✅ uno\n\nLuis\n• dos", ["2"]) == shown(announcements.method_for(edit))
