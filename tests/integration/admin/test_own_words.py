"""An answer is what the admin has typed, and nobody else's words."""

from typing import Any

import pytest

from tests.integration.admin.panel import ANA, EMMA, Panel
from tests.support.economy import LiveEconomy
from tests.support.seeded import SeededDatabases

ROBOT = {"id": 4242, "is_bot": True, "first_name": "Robot", "username": "robot_bot"}
EMMA_IN_TELEGRAM = {"id": EMMA, "is_bot": False, "first_name": "Emma"}
CHANNEL = {"id": -200, "type": "channel", "title": "Ajeno"}
FORWARDED = {"forward_origin": {"type": "user", "date": 1, "sender_user": EMMA_IN_TELEGRAM}}
NOT_TYPED: dict[str, dict[str, Any]] = {
    "forwarded": FORWARDED,
    "of somebody hidden": {
        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "E"}
    },
    "of a channel": {
        "forward_origin": {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 1}
    },
    "automatically forwarded": {"is_automatic_forward": True},
    "via a bot": {"via_bot": ROBOT},
    "by a business bot": {"sender_business_bot": ROBOT},
    "from a business account": {"business_connection_id": "b"},
    "away message": {"is_from_offline": True},
}
ASKED_FOR_WORDS = "Solo vale lo que escribas tú en este chat"

kinds = pytest.mark.parametrize("kind", NOT_TYPED)


@pytest.fixture
def seeded_databases(seeded_sqlite: SeededDatabases) -> SeededDatabases:
    """Who has written a message has nothing to do with the database: one engine is enough."""
    return seeded_sqlite


async def open_setting(panel: Panel) -> None:
    await panel.press("Ajustes")
    await panel.press("Por reacción")
    await panel.press("Cambiar")


async def open_draft(panel: Panel) -> None:
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Besitos")


async def open_field(panel: Panel) -> None:
    await panel.press("Recompensas")
    await panel.press("Primeros")
    await panel.press("Importe")


async def open_amount(panel: Panel) -> None:
    await panel.say("/start", who=ANA)
    await panel.say("/admin")
    await panel.press("Miembros")
    await panel.say(str(ANA))
    await panel.press("Dar")


async def open_reason(panel: Panel) -> None:
    await open_amount(panel)
    await panel.say("5")


QUESTIONS = (open_setting, open_draft, open_field, open_amount, open_reason)


@kinds
async def test_somebody_elses_words(panel: Panel, kind: str) -> None:
    """What was not typed by the admin sets nothing; they hear so, and the question stays open."""
    await open_setting(panel)

    told = await panel.say("9", **NOT_TYPED[kind])
    await panel.say("7")
    saved = await panel.press("Guardar")

    assert told.startswith(ASKED_FOR_WORDS)
    assert saved.startswith("✅ Guardado: 5 → 7")


@pytest.mark.parametrize("ask", QUESTIONS, ids=lambda ask: ask.__name__)
async def test_every_question(panel: Panel, ask: Any) -> None:
    """No question takes a forwarded text for its answer."""
    await ask(panel)

    told = await panel.say("9", **FORWARDED)
    answered = await panel.say("9")

    assert told.startswith(ASKED_FOR_WORDS)
    assert "/cancel" in told
    assert not answered.startswith((ASKED_FOR_WORDS, "💋 Besitos es la moneda"))


@pytest.mark.parametrize("kind", ["via a bot", "by a business bot", "away message"])
async def test_member_looked_up(panel: Panel, live: LiveEconomy, kind: str) -> None:
    """A forwarded message may tell who is meant, but words that were not typed may not."""
    await live.act(EMMA)
    await panel.press("Miembros")

    told = await panel.say(str(EMMA), **NOT_TYPED[kind])
    found = await panel.say("lo que sea", **FORWARDED)

    assert told.startswith(ASKED_FOR_WORDS)
    assert found.startswith("👤")


async def test_english(panel: Panel) -> None:
    """An English admin reads so in English."""
    english = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "en"}
    await open_setting(panel)

    told = await panel.say("9", **FORWARDED, **{"from": english})

    assert told.startswith("Only what you write in this chat yourself counts")
