"""A question belongs to the admin, not to the process that asked it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from bot.gamification.models import AdminDialogRow
from tests.integration.admin.panel import ANA, Panel
from tests.support.economy import LiveEconomy, count_rows


@pytest.fixture
async def other(live: LiveEconomy) -> AsyncIterator[Panel]:
    """Return the same admin in front of another replica, or of the next process."""
    panel = Panel(live.engine)
    yield panel
    await panel.bot.session.close()


async def ask_for_reaction(panel: Panel) -> None:
    await panel.press("Ajustes")
    await panel.press("Por reacción")
    await panel.press("Cambiar")


async def test_any_replica_takes_the_answer(panel: Panel, other: Panel) -> None:
    """Asked by one replica, answered to another: the setting that was asked for changes."""
    await ask_for_reaction(panel)

    await other.say("7")
    shown = await panel.press_data(dict(other.buttons)["✅ Guardar"])

    assert shown.startswith("✅ Guardado: 5 → 7\n\n⚙️ Por reacción")


async def test_newest_question_counts(panel: Panel, other: Panel) -> None:
    """Whichever replica asked last, its question is the one that is answered."""
    await ask_for_reaction(panel)
    await other.say("/admin")
    await other.press("Ajustes")
    await other.press("Regalo diario")
    await other.press("Cambiar")

    await panel.say("500")
    await panel.press("Guardar")
    shown = await panel.press("Sí, guardar")

    assert shown.startswith("✅ Guardado: 50 → 500\n\n⚙️ Regalo diario")
    assert 1 == await count_rows(panel.engine, "bot_config", "besitos_per_reaction = 5")


async def test_grant_goes_on_elsewhere(panel: Panel, other: Panel) -> None:
    """A dialog of several questions survives a change of the replica at every step."""
    await panel.say("/daily", who=ANA)
    await panel.say("/admin")
    await panel.press("Miembros")
    await other.say(str(ANA))
    await other.press("Dar")
    await panel.say("30")
    await other.say("por ayudar")

    told = await other.press("Confirmar")

    assert "💋 Un admin te ha dado 30 besitos: por ayudar" == told
    assert 1 == await count_rows(panel.engine, "user_gamification_profiles", "balance = 80")


async def test_failed_update_leaves_the_question_open(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written can be saved again, or another answer given."""
    await ask_for_reaction(panel)
    await panel.say("7")

    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("bot.gamification.admin.settings.record", fail)
        with pytest.raises(ZeroDivisionError):
            await panel.press("Guardar")
    await panel.say("8")
    shown = await panel.press("Guardar")

    assert shown.startswith("✅ Guardado: 5 → 8")


async def test_draft_of_an_older_release(panel: Panel) -> None:
    """A draft that lacks what its buttons need now is over, and the admin is told."""
    await panel.say("/admin")
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Besitos")
    known = {"draft": {"asked": 1, "reward_type": "BESITOS", "conditions": []}}
    async with panel.engine.begin() as connection:
        await connection.execute(update(AdminDialogRow).values(known=known))

    shown = await panel.say("Primera")

    assert "Esta pregunta ya no está abierta. Empieza de nuevo desde el panel." == shown
