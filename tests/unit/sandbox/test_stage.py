from pathlib import Path

import pytest

from sandbox import SandboxError, Stage, Telegram
from sandbox.clock import DAY, StageClock
from sandbox.fixtures import DISCUSSION, FORUM
from sandbox.formatting.entities import detect_entities
from sandbox.updates import UpdateQueue
from sandbox.values import Button, FormattedText, Photo

NOW = 1_700_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "besitos-sandbox.db-stage.json"


def started(file: Path, now: int = NOW) -> tuple[Stage, Telegram]:
    """Return a stage and its Telegram as a start makes them."""
    stage = Stage(file=file, clock=StageClock(clock=lambda: now))
    telegram = Telegram(UpdateQueue(), clock=stage.clock)
    stage.resume(telegram)
    return stage, telegram


def test_tomorrow(file: Path) -> None:
    """The next day is the same time a day later, for messages that are written then."""
    stage, telegram = started(file)
    today = telegram.say(telegram.ana, telegram.group, "hoy")
    stage.go_to_tomorrow(telegram)

    assert DAY == telegram.say(telegram.ana, telegram.group, "mañana").date - today.date


def test_restart_resumes(file: Path) -> None:
    """Chats, members, reactions, pictures, the bot's rights and the day are there again."""
    stage, telegram = started(file)
    carlos = telegram.add_member("Carlos", language_code="en", opened=False)
    said = telegram.say(carlos, telegram.group, "hola /top")
    telegram.react(telegram.ana, telegram.group, said.message_id, ["👍"])
    photo = Photo("file", "unique", "image/png", 1, 1, b"\x89PNG\xff\x00")
    telegram.add_message(
        telegram.chats[telegram.ana.id],
        telegram.bot,
        detect_entities(FormattedText("@ana")),
        photo=photo,
        keyboard=((Button("a", callback_data="b"),),),
        by_bot=True,
    )
    telegram.say(telegram.luis, telegram.group, "sí", reply_to=said.message_id)
    telegram.say(telegram.luis, FORUM, "en un tema", thread_id=2)
    telegram.post(telegram.channel, "con copia")
    telegram.set_bot_status(telegram.group, "member")
    stage.go_to_tomorrow(telegram)
    stage.save(telegram)

    later, resumed = started(file, NOW + 60)

    assert (1, NOW + 60 + DAY) == (later.clock.days_ahead, resumed.now())
    assert telegram.chats.keys() == resumed.chats.keys()
    for chat_id, before in telegram.chats.items():
        after = resumed.chats[chat_id]
        assert (before.bot_status, before.members) == (after.bot_status, after.members)
        assert (before.messages, before.reactions) == (after.messages, after.reactions)
        assert (before.chat, before.linked_id) == (after.chat, after.linked_id)
    assert {"unique": photo} == resumed.photos


@pytest.mark.parametrize("kept", [True, False])
def test_no_id_comes_again(file: Path, kept: bool) -> None:  # noqa: FBT001 - a parameter
    """Whoever is new after a restart has an id of their own, the file kept or lost."""
    stage, telegram = started(file)
    old = telegram.add_member("Carlos")
    before = telegram.say(old, telegram.private(old), "hola")
    stage.save(telegram)
    if not kept:
        file.unlink()

    _, resumed = started(file, NOW + 1)
    new = resumed.add_member("Carlos Nuevo")

    assert old.id < new.id
    assert before.message_id < resumed.say(new, resumed.private(new), "hola").message_id


async def test_begin_anew(file: Path) -> None:
    """Afresh are the day, the members, the messages and the bot's rights; its data goes first."""
    forgotten: list[int] = []

    async def forget() -> None:
        forgotten.append(len(telegram.members))

    stage, telegram = started(file)
    stage.forget = forget
    telegram.add_member("Carlos")
    telegram.say(telegram.ana, telegram.group, "hola")
    telegram.set_bot_status(telegram.group, "left")
    stage.go_to_tomorrow(telegram)

    await stage.begin_anew(telegram)

    _, fresh = started(file)
    for one in (telegram, fresh):
        names = [member.first_name for member in one.members]
        assert ["Ana", "Luis", "Emma", "<b>Eve</b> & co", "Nora"] == names
        assert ((), "administrator") == (
            one.messages(one.group),
            one.chats[one.group.id].bot_status,
        )
    assert ([6], 0) == (forgotten, stage.clock.days_ahead)


async def test_nothing_to_forget(file: Path) -> None:
    """Where the bot's data is not the sandbox's, there is no fresh start."""
    stage, telegram = started(file)

    with pytest.raises(SandboxError, match="not the sandbox's"):
        await stage.begin_anew(telegram)


def test_unreadable_file(file: Path) -> None:
    """A file that holds something else is named, and nothing is written over it."""
    file.write_text("{}")

    with pytest.raises(SandboxError, match=r"besitos-sandbox\.db-stage\.json: move the file away"):
        Stage(file=file)
    assert "{}" == file.read_text()


def test_unwritable_file(tmp_path: Path) -> None:
    """A folder that takes no file is named."""
    stage, telegram = started(tmp_path / "missing" / "stage.json")

    with pytest.raises(SandboxError, match="make its folder writable"):
        stage.save(telegram)


def test_messages_have_an_end(file: Path) -> None:
    """The file keeps what the page shows, and grows no further."""
    stage, telegram = started(file)
    for number in range(205):
        telegram.say(telegram.ana, telegram.group, str(number))
    stage.save(telegram)

    _, resumed = started(file)

    texts = [one.text for one in resumed.messages(resumed.group)]
    assert (200, "5", "204") == (len(texts), texts[0], texts[-1])


def test_she_has_never_opened_the_bot(file: Path) -> None:
    """Nora is in the group, and the bot may not write to her until she has written to it."""
    _, telegram = started(file)
    nora = telegram.members[-1]
    before = telegram.chats[nora.id].bot_status
    telegram.say(nora, telegram.private(nora), "/start")

    assert ("left", "member") == (before, telegram.chats[nora.id].bot_status)
    assert nora.id in telegram.chats[telegram.group.id].members


def test_file_of_an_earlier_release(file: Path) -> None:
    """What came to the stage since is there, and everybody is in it."""
    stage, telegram = started(file)
    for chat in (FORUM, DISCUSSION):
        del telegram.chats[chat.id]
    telegram.chats[telegram.channel.id].linked_id = None
    stage.save(telegram)

    _, resumed = started(file)

    assert DISCUSSION.id == resumed.chats[telegram.channel.id].linked_id
    for chat in (FORUM, DISCUSSION):
        assert {one.id for one in resumed.members} == resumed.chats[chat.id].members.keys()
