"""Access to the admin panel, and refusals for everybody else."""

import logging
from typing import Any, cast

import pytest
from aiogram.types import BotCommand, BotCommandScopeChat

from bot.telegram.introduction import publish_commands
from bot.telegram.routers.admin.callbacks import (
    BookAdjustment,
    DraftAction,
    DraftButton,
    Go,
    MemberAction,
    MemberButton,
    RewardAction,
    RewardButton,
    SaveSetting,
    Section,
    SettingAction,
    SettingButton,
)
from bot.telegram.signing import signed_data
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.support.dispatching import TOKEN
from tests.support.seeded import SeededDatabases
from tests.support.updates import showing

GROUP = {"id": -100, "type": "supergroup", "title": "Club"}
CHANNEL = {"id": -200, "type": "channel", "title": "Noticias"}
BUTTONS = [
    *(Go(section=section) for section in Section),
    SettingButton(action=SettingAction.RESET, name="besitos_daily_gift"),
    SaveSetting(token=1),
    RewardButton(action=RewardAction.SWITCH, reward_id=1, what="is_active"),
    DraftButton(action=DraftAction.CREATE),
    MemberButton(action=MemberAction.GRANT, user_id=ANA),
    BookAdjustment(token=1),
]

HELP = "💋 Besitos es la moneda"


@pytest.fixture
def seeded_databases(seeded_sqlite: SeededDatabases) -> SeededDatabases:
    """Who gets in has nothing to do with the database: one engine is enough."""
    return seeded_sqlite


async def test_admin_sees_the_panel(panel: Panel) -> None:
    """An admin gets the panel, and every section leads back to it."""
    assert "🛠 Administración\nElige una sección." == panel.shown
    for label in (
        "Ajustes",
        "Recompensas",
        "Miembros",
        "Cifras",
        "Valores por defecto",
        "Auditoría",
    ):
        await panel.press(label)
        await panel.press("Volver")
        assert panel.shown.startswith("🛠 Administración")


async def test_strangers_are_refused(panel: Panel, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever is no admin gets a polite no, and the log says who it was."""
    with caplog.at_level(logging.WARNING):
        shown = await panel.say("/admin", who=ANA)

    assert "Lo siento, esto es solo para quienes administran la comunidad." == shown
    assert {} == panel.buttons
    assert [f"user {ANA} asked for the admin panel and was refused"] == caplog.messages


async def test_presses_of_strangers_are_refused(
    panel: Panel, caplog: pytest.LogCaptureFixture
) -> None:
    """No admin button works for whoever is no admin any more, whichever it is."""
    for button in BUTTONS:
        with caplog.at_level(logging.WARNING):
            await panel.press_data(button.pack(), who=ANA)
        assert panel.alert.startswith("Lo siento")
        assert 1 == len(panel.answers)

    assert len(BUTTONS) == len(caplog.messages)
    assert [] == await panel.audit()


@pytest.mark.parametrize("chat", [None, GROUP, CHANNEL], ids=["private", "group", "channel"])
async def test_forged_presses(panel: Panel, chat: dict[str, Any] | None) -> None:
    """Below a message without it no admin button works, not even for an admin."""
    for button in BUTTONS:
        for who in (ADMIN, ANA):
            await panel.press_data(button.pack(), who, chat, reply_markup=None)
            assert "Este botón ya no funciona." == panel.alert
            assert 1 == len(panel.answers)

    assert [] == await panel.audit()


async def test_groups_see_nothing(panel: Panel) -> None:
    """In a group even an admin is only sent to the private chat."""
    asked = await panel.say("/admin", chat=GROUP)
    await panel.press_data(BUTTONS[0].pack(), chat=GROUP)

    assert "El panel se abre en nuestro chat privado: escríbeme allí /admin." == asked
    assert asked == panel.alert


async def test_answers_of_strangers_are_no_answers(panel: Panel) -> None:
    """What others write while a question is open answers nothing."""
    await panel.press("Ajustes")
    await panel.press("Regalo diario")
    await panel.press("Cambiar")

    await panel.say("1", who=ANA)

    assert panel.sent_to(ANA)[0].startswith(HELP)
    assert [] == await panel.audit()


async def test_cancel_and_presses_end_a_question(panel: Panel) -> None:
    """After /cancel in any case and either language, or any press, a text is no answer any more."""
    for way_out in ("/cancel", "/CANCEL", "/cancelar", None):
        await panel.say("/admin")
        await panel.press("Ajustes")
        await panel.press("Regalo diario")
        await panel.press("Cambiar")
        await (panel.say(way_out) if way_out else panel.press("Volver"))

        await panel.say("1")

        assert panel.sent_to(ADMIN)[0].startswith(HELP)
    assert [] == await panel.audit()


async def test_old_messages_and_pictures(panel: Panel) -> None:
    """Below a picture, and a message that Telegram no longer shows, the page is a new one."""
    data = signed_data(Go(section=Section.SEED).pack(), ADMIN, TOKEN)
    old: dict[str, Any] = {"chat": {"id": ADMIN, "type": "private"}, "message_id": 3, "date": 0}
    who = {"id": ADMIN, "is_bot": False, "first_name": "A", "language_code": "en"}
    query = {"id": "1", "from": who, "chat_instance": "1", "data": data, "message": old}

    shown = await panel.feed(callback_query=query)
    below_old = [type(one).__name__ for one in panel.answers]
    photo = [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]
    below_photo = {**showing(data, old["chat"]), "photo": photo}
    await panel.feed(callback_query={**query, "message": below_photo})

    assert shown.startswith("🌱 Defaults\nIn force: version 2, applied ")
    assert ["AnswerCallbackQuery", "SendMessage"] == below_old
    assert ["AnswerCallbackQuery", "SendMessage"] == [type(one).__name__ for one in panel.answers]


async def test_button_of_an_older_release(panel: Panel) -> None:
    """An admin in private is not sent to private: the button is one that nobody knows."""
    await panel.press_data("adm_gone:1")

    assert "Este botón ya no funciona." == panel.alert


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/admin", "Escribes en nombre del grupo, así que no puedo saber quién eres. "),
        *(
            (command, "Escribes en nombre de un chat, así que no puedo saber quién eres. ")
            for command in ("/start", "/daily", "/perfil", "/top", "/premios", "/historial")
        ),
    ],
)
async def test_anonymous_admin(panel: Panel, command: str, told: str) -> None:
    """Whoever writes as the group is told what to do."""
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    shown = await panel.say(command, chat=GROUP, sender_chat=GROUP, **{"from": anonymous})

    assert shown.startswith(told)


async def test_admin_who_writes_as_a_channel(panel: Panel) -> None:
    """Whoever writes as a channel is sent to the private chat: no right of theirs is in the way."""
    channel = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    posing = {"id": -1009, "type": "channel", "title": "Noticias"}
    shown = await panel.say("/admin", chat=GROUP, sender_chat=posing, **{"from": channel})

    assert "El panel se abre en nuestro chat privado: escríbeme allí /admin." == shown


async def test_admins_have_the_command_in_their_menu(panel: Panel) -> None:
    """The menu of an admin's private chat has /admin, in both languages; others' has not."""
    asked = Recording()

    await publish_commands(cast("Any", asked), panel.dispatcher["i18n"], frozenset({ADMIN}))

    menus = {
        (chat, language): [one.command for one in commands][-1]
        for chat, language, commands in asked.menus
    }
    assert {
        (None, None): "help",
        (None, "en"): "help",
        (ADMIN, None): "admin",
        (ADMIN, "en"): "admin",
    } == menus


class Recording:
    """Stands in for aiogram's Bot, and writes down which menus are set."""

    def __init__(self) -> None:
        self.menus: list[tuple[int | None, str | None, list[BotCommand]]] = []

    async def get_my_commands(self, **_: object) -> list[BotCommand]:
        return []

    async def set_my_commands(
        self,
        commands: list[BotCommand],
        scope: BotCommandScopeChat | None = None,
        language_code: str | None = None,
        **_: object,
    ) -> None:
        chat = int(scope.chat_id) if scope else None
        self.menus.append((chat, language_code, commands))
