"""The admin's page of chats."""

from bot.gamification.chats import move_chat
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.support.economy import LiveEconomy, count_rows

GROUP = {"id": -100, "type": "supergroup", "title": "Club <3"}


async def react(panel: Panel, message_id: int, who: int = ANA) -> None:
    """React in the group."""
    member = {"id": who, "is_bot": False, "first_name": "Ana", "language_code": "es"}
    await panel.feed(
        message_reaction={
            "chat": GROUP,
            "message_id": message_id,
            "date": 1_772_000_000,
            "user": member,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
    )


async def test_chats_are_switched(panel: Panel, live: LiveEconomy) -> None:
    """Where it is off nothing is paid, at once; both switches are on the audit trail."""
    await react(panel, 1)
    await panel.say("/admin")
    await panel.press("Chats")
    shown = await panel.press("Club <3")
    assert "Aquí doy besitos." in shown
    assert "se anuncian: en el chat" in shown

    shown = await panel.press("No dar besitos")
    assert "Aquí no doy besitos." in shown
    await react(panel, 2)
    assert 1 == await count_rows(live.engine, "user_reactions")

    await panel.say("/admin")
    await panel.press("Chats")
    await panel.press("🚫 Club <3")
    await panel.press("Dar besitos aquí")
    await panel.press("en privado")
    await react(panel, 2, 2000)
    assert [2000] == [getattr(one, "chat_id", None) for one in panel.answers]

    target = "chat:-100"
    assert [
        (ADMIN, "chat.change", target, {"is_allowed": True}, {"is_allowed": False}),
        (ADMIN, "chat.change", target, {"is_allowed": False}, {"is_allowed": True}),
        (ADMIN, "chat.change", target, {"announcements": "HERE"}, {"announcements": "PRIVATE"}),
    ] == await panel.audit()
    await panel.say("/admin")
    trail = await panel.press("Auditoría")
    assert "cambió el chat Club <3" in trail
    assert "anuncios: en el chat → en privado" in trail


async def test_digest_is_offered(panel: Panel, live: LiveEconomy) -> None:
    """One digest a day can be chosen for a group, and is said to be in force."""
    await react(panel, 1)
    await panel.say("/admin")
    await panel.press("Chats")
    await panel.press("Club <3")

    shown = await panel.press("en un resumen al día, a las 20:00")

    assert "se anuncian: en un resumen al día, a las 20:00" in shown
    assert 1 == await count_rows(live.engine, "chats", "announcements = 'DIGEST'")
    assert [] == [label for label in panel.buttons if "resumen" in label]


async def test_a_group_that_has_moved(panel: Panel, live: LiveEconomy) -> None:
    """It is one chat, and an old page's button decides about what the group has become."""
    await react(panel, 1)
    await panel.say("/admin")
    await panel.press("Chats")
    await panel.press("Club <3")
    switch = next(data for label, data in panel.buttons.items() if "No dar besitos" in label)
    async with live.engine.begin() as connection:
        await move_chat(connection, -100, -300)

    await panel.press_data(switch)

    assert 1 == await count_rows(live.engine, "chats", "chat_id = -300 AND NOT is_allowed")
    await panel.say("/admin")
    await panel.press("Chats")
    assert 1 == sum("Club" in label for label in panel.buttons)


async def test_a_channel_has_no_choice(panel: Panel, live: LiveEconomy) -> None:
    """What a press unlocks there is told in private, so nothing is offered."""
    await live.edit_by_sql("INSERT INTO chats (chat_id, title, type) VALUES (-9, 'N', 'channel')")
    await panel.say("/admin")
    await panel.press("Chats")

    shown = await panel.press("💋 N")

    assert "se anuncian: en privado" in shown
    assert [] == [label for label in panel.buttons if "Anunciar" in label]
