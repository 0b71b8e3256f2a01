from typing import Any

import pytest

from sandbox.errors import SandboxError
from sandbox.telegram import Telegram
from sandbox.updates import UpdateQueue


@pytest.fixture
def queue() -> UpdateQueue:
    queue = UpdateQueue()
    queue.allow(["message", "message_reaction", "message_reaction_count", "my_chat_member"])
    return queue


@pytest.fixture
def telegram(queue: UpdateQueue) -> Telegram:
    return Telegram(queue, clock=lambda: 1_700_000_000.9)


def taken(queue: UpdateQueue) -> list[dict[str, Any]]:
    updates = [update.to_json() for update in queue.first(100)]
    queue.clear()
    return updates


def emoji(reactions: list[dict[str, str]]) -> list[str]:
    return [reaction["emoji"] for reaction in reactions]


def test_changed_reaction_carries_old_and_new(telegram: Telegram, queue: UpdateQueue) -> None:
    """Replacing and removing a reaction tells the bot what it was and what it is."""
    message = telegram.say(telegram.luis, telegram.group, "hola")
    taken(queue)
    for one in (["👍"], ["❤"], ["❤"], []):
        telegram.react(telegram.ana, telegram.group, message.message_id, one)

    changes = [update["message_reaction"] for update in taken(queue)]

    expected = [([], ["👍"]), (["👍"], ["❤"]), (["❤"], [])]
    assert expected == [(emoji(c["old_reaction"]), emoji(c["new_reaction"])) for c in changes]
    assert {telegram.ana.id} == {change["user"]["id"] for change in changes}


def test_anonymous_reaction_names_no_user(telegram: Telegram, queue: UpdateQueue) -> None:
    """An anonymous administrator reacts as the chat."""
    message = telegram.say(telegram.luis, telegram.group, "hola")
    taken(queue)
    telegram.react_anonymously(telegram.group, message.message_id, ["👍"])

    (update,) = taken(queue)

    change = update["message_reaction"]
    assert (telegram.group.id, None) == (change["actor_chat"]["id"], change.get("user"))


def test_channel_reactions_are_only_counted(telegram: Telegram, queue: UpdateQueue) -> None:
    """In a channel the bot learns how many reacted, not who."""
    post = telegram.post(telegram.channel, "novedades")
    for member in (telegram.ana, telegram.luis):
        telegram.react(member, telegram.channel, post.message_id, ["🔥"])

    update = taken(queue)[-1]

    expected = [{"type": {"type": "emoji", "emoji": "🔥"}, "total_count": 2}]
    assert expected == update["message_reaction_count"]["reactions"]


def test_no_reactions_for_a_bot_that_is_no_admin(telegram: Telegram, queue: UpdateQueue) -> None:
    """A demoted bot gets no reactions; the demotion itself it does get."""
    message = telegram.say(telegram.luis, telegram.group, "hola")
    taken(queue)
    telegram.set_bot_status(telegram.group, "member")
    telegram.react(telegram.ana, telegram.group, message.message_id, ["👍"])

    (update,) = taken(queue)

    change = update["my_chat_member"]
    actual = (change["old_chat_member"]["status"], change["new_chat_member"]["status"])
    assert actual == ("administrator", "member")


def test_no_reactions_from_private_chats(telegram: Telegram, queue: UpdateQueue) -> None:
    """A bot is no administrator of a private chat, so its reactions stay there."""
    private = telegram.private(telegram.ana)
    message = telegram.say(telegram.ana, private, "hola")
    taken(queue)
    telegram.react(telegram.ana, private, message.message_id, ["👍"])

    assert taken(queue) == []


def test_privacy_mode(telegram: Telegram, queue: UpdateQueue) -> None:
    """In a group that it does not administer the bot reads commands only."""
    telegram.set_bot_status(telegram.group, "member")
    taken(queue)
    telegram.say(telegram.ana, telegram.group, "hola")
    telegram.say(telegram.ana, telegram.group, "/top")

    assert [update["message"]["text"] for update in taken(queue)] == ["/top"]


def test_each_chat_counts_its_own_messages(telegram: Telegram) -> None:
    """The same message id exists in group and channel; private chats share one sequence.

    Ids begin at the clock's second, so that none comes again after a restart.
    """
    actual = [
        telegram.say(telegram.ana, telegram.group, "a").message_id,
        telegram.post(telegram.channel, "b").message_id,
        telegram.say(telegram.ana, telegram.private(telegram.ana), "c").message_id,
        telegram.say(telegram.luis, telegram.private(telegram.luis), "d").message_id,
    ]

    first = 1_700_000_000
    assert actual == [first, first, first, first + 1]


def test_dates_are_unix_seconds(telegram: Telegram) -> None:
    """A message is dated by the injected clock."""
    assert telegram.say(telegram.ana, telegram.group, "hola").date == 1_700_000_000


def test_impossible_actions_are_refused(telegram: Telegram) -> None:
    """What a Telegram client would not let one do raises an error that says why."""
    group, message = telegram.group, telegram.say(telegram.ana, telegram.group, "hola")
    impossible = {
        "no button": lambda: telegram.press(telegram.ana, group, message.message_id, "x"),
        "no message 99": lambda: telegram.react(telegram.ana, group, 99, ["👍"]),
        "no reaction x": lambda: telegram.react(telegram.ana, group, message.message_id, ["x"]),
        "is not in": lambda: telegram.say(telegram.luis, telegram.private(telegram.ana), "a"),
        "Only its owner": lambda: telegram.say(telegram.luis, telegram.channel, "a"),
        "1 to 4096": lambda: telegram.say(telegram.ana, group, "  "),
        "is not by": lambda: telegram.edit(telegram.luis, group, message.message_id, "b"),
        "first name": lambda: telegram.add_member(" "),
    }

    for reason, action in impossible.items():
        with pytest.raises(SandboxError, match=reason):
            action()
