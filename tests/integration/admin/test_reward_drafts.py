"""New rewards: drafted answer by answer, created once, and then lived by."""

import re

import pytest
from sqlalchemy import select

from bot.gamification.models import RewardRow
from bot.seeding.report import Outcome
from tests.integration.admin.panel import ANA, Panel
from tests.integration.admin.reward_pages import (
    BADGE,
    draft,
    edit,
    finished,
    open_reward,
    plain,
    rewards_of,
)
from tests.support.economy import LiveEconomy, count_rows


async def test_create(panel: Panel, live: LiveEconomy) -> None:
    """A reward made question by question unlocks for whoever meets either condition."""
    await draft(panel, *BADGE)
    await panel.press("Besitos ganados")
    await panel.say("500")
    await panel.press("Otra condición")
    await panel.press("Primer regalo")
    await panel.press("Basta con una")
    summary = await panel.press("secreta")
    created = await panel.press("Crear")
    before = await rewards_of(panel, ANA)

    await panel.say("/daily", who=ANA)

    assert [
        "Generosa · secreta",
        "Da: insignia 💎 Gran corazón",
        "Plazo para reclamarla: 3 días",
        "Se desbloquea con:",
        "• una de estas:",
        "   ◦ Besitos ganados en total ≥ 500",
        "   ◦ Primer regalo diario",
        "",
        "👥 Nadie cumple esto todavía.",
    ] == summary.splitlines()[2:]
    assert created.startswith("✅ Creada.")
    assert "Generosa" not in before
    assert any("Generosa" in text for text in panel.sent_to(ANA))
    (line,) = await panel.audit()
    assert ("reward.create", None, "Generosa") == (line[1], line[3], line[4]["name"])
    async with panel.engine.connect() as connection:
        row = (
            await connection.execute(select(RewardRow).where(RewardRow.name == "Generosa"))
        ).one()
    assert (None, True, False, 3) == (row.key, row.is_secret, row.is_repeatable, row.sort_order)


async def test_create_twice(panel: Panel) -> None:
    """The update that creates is delivered twice: there is one reward all the same."""
    await draft(panel, "Besitos", "Doble", "Descripción", "5", "24")
    await panel.press("Primera reacción")
    await panel.press("Crear")

    await panel.again()

    assert "Ya hay una recompensa con ese nombre." == panel.alert
    assert 1 == await count_rows(panel.engine, "rewards", "name = 'Doble'")
    assert 1 == len(await panel.audit())


async def test_create_needs_a_condition(panel: Panel) -> None:
    """Without conditions nothing can be created, not even by a forged press."""
    await draft(panel, *BADGE)

    await panel.press_data("adm_new:create:")

    assert panel.alert
    assert 3 == await count_rows(panel.engine, "rewards")


async def test_buttons_of_another_draft(panel: Panel) -> None:
    """What is left over from one draft does nothing to another, finished or not."""
    first = await finished(panel, "Primera")
    await finished(panel, "Segunda")
    alerts = []
    for label in first:
        await panel.press_data(first[label])
        alerts.append(panel.alert)
    await draft(panel, "Insignia", "Tercera")
    for label in first:
        await panel.press_data(first[label])
        alerts.append(panel.alert)

    assert {"Esta pregunta ya no está abierta. Empieza de nuevo desde el panel."} == set(alerts)
    assert 3 == await count_rows(panel.engine, "rewards")


async def test_discarded_draft(panel: Panel) -> None:
    """What was thrown away is not created by its own button either."""
    buttons = await finished(panel, "Desechada")

    shown = await panel.press("Descartar")
    await panel.press_data(buttons["✅ Crear"])

    assert shown.startswith("🏅 Recompensas")
    assert panel.alert.startswith("Esta pregunta ya no está abierta.")
    assert 3 == await count_rows(panel.engine, "rewards")


async def test_answered_question_stays_answered(panel: Panel) -> None:
    """The button below an older question takes nothing back that was answered since."""
    await draft(panel, "Besitos", "Paso a paso")
    leave_out = panel.buttons["Sin descripción"]
    await panel.say("Descripción")

    await panel.press_data(leave_out)

    assert panel.alert.startswith("Esta pregunta ya no está abierta.")


async def test_way_back_keeps_the_draft(panel: Panel) -> None:
    """Whoever does not want another condition after all comes back to the summary."""
    await finished(panel, "Una basta")
    await panel.press("Otra condición")
    await panel.press("Besitos ganados")
    await panel.press("Volver")

    summary = await panel.press("Volver")
    await panel.press("Crear")

    assert ["• Primera reacción"] == [one for one in summary.splitlines() if one[0:1] == "•"]
    assert 1 == await count_rows(panel.engine, "rewards", "name = 'Una basta'")


async def test_description_can_be_left_out_again(panel: Panel) -> None:
    """The question for a description that is there has a button that clears it."""
    await open_reward(panel, "Primeros")
    await panel.press("Descripción")

    shown = await panel.press("Sin descripción")
    await panel.press("Descripción")

    assert ["💋 Primeros Pasos · activa", "", "Da: +10 besitos"] == shown.splitlines()[:3]
    assert ["‹ Volver"] == list(panel.buttons)
    report = await panel.dispatcher["bootstrap_service"].run()
    assert Outcome.UP_TO_DATE is report.outcome  # the next start does not fill it in again


async def test_picture_is_no_answer(panel: Panel) -> None:
    """Whoever answers a question with a picture is asked for words."""
    await open_reward(panel, "Primeros")
    await panel.press("Nombre")

    picture = {"photo": [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]}
    shown = await panel.say("", caption="Otro", **picture)
    renamed = await panel.say("Otro nombre")

    assert "Escríbelo en un mensaje, o /cancel para dejarlo." == shown
    assert "Otro nombre · activa" in renamed


async def test_one_answer_of_a_draft_corrected(panel: Panel) -> None:
    """Whoever mistyped one answer gives that one again, and the rest stays."""
    await finished(panel, "Mal escrita")
    await panel.press("✏️ Nombre")
    await panel.say("Bien escrita")
    await panel.press("Que dé una insignia")
    await panel.say("💎 Joya")
    summary = await panel.press("Hacer secreta")
    await panel.press("Crear")

    assert ["Bien escrita · secreta", "Descripción", "Da: insignia 💎 Joya"] == (
        summary.splitlines()[2:5]
    )
    assert 1 == await count_rows(panel.engine, "rewards", "name = 'Bien escrita'")


async def test_amount_of_a_new_reward_far_outside_the_usual(panel: Panel) -> None:
    """It takes a second yes, and one can go back and correct it."""
    await draft(panel, "Besitos", "Mina", None, "1000000", "24")
    await panel.press("Primera reacción")
    asked = await panel.press("Crear")
    uncreated = await count_rows(panel.engine, "rewards", "name = 'Mina'")
    await panel.press("Volver")
    await panel.press("Crear")
    created = await panel.press("Sí, crear")

    assert "⚠️ ¿Seguro? Mina daría 1 000 000 besitos: 4 347 veces lo habitual." == plain(asked)
    assert (0, True) == (uncreated, created.startswith("✅ Creada."))
    await draft(panel, "Besitos", "Otra", None, "1000001", "24")  # such amounts are usual by now
    await panel.press("Primera reacción")
    assert (await panel.press("Crear")).startswith("✅ Creada.")


async def test_name_of_a_retired_reward_is_free(panel: Panel) -> None:
    """Another may have it; then the retired one cannot come back under it."""
    await open_reward(panel, "Ahorrador")
    await panel.press("Retirar")
    await draft(panel, "Besitos", "Ahorrador Principiante", "Descripción", "5", "24")
    await panel.press("Primera reacción")
    created = await panel.press("Crear")
    await open_reward(panel, "🚫 Ahorrador")
    await panel.press("Reactivar")

    assert created.startswith("✅ Creada.")
    assert "Ya hay una recompensa con ese nombre." == panel.alert
    report = await panel.dispatcher["bootstrap_service"].run()
    assert Outcome.UP_TO_DATE is report.outcome
    exported = await panel.dispatcher["bootstrap_service"].export()
    assert 4 == len(exported["rewards"])


@pytest.mark.parametrize("name", ["First Steps", "first  STEPS", "Racha de 7 Dias"])
async def test_name_of_another_language_is_taken(panel: Panel, name: str) -> None:
    """Nobody reads two rewards of one name, not even in the language of the translation."""
    await draft(panel, "Besitos", name)
    drafted = panel.shown
    await open_reward(panel, "Ahorrador")
    renamed = await edit(panel, "Nombre", name)
    await panel.say("/cancel")
    await open_reward(panel, "Racha de 7 Días")
    own = await edit(panel, "Nombre", "7-day streak")

    taken = "⚠️ Ya hay una recompensa con ese nombre."
    assert [taken, taken] == [one.splitlines()[0] for one in (drafted, renamed)]
    assert own.startswith("✅ Guardado.")


async def test_how_many_fulfil_it(panel: Panel, live: LiveEconomy) -> None:
    """Before it is created the admin reads how many unlock it with the next thing they do."""
    for n, user_id in enumerate((ANA, 1002, 1003)):
        await live.move(100 * (n + 1), f"n{n}", user_id)
    await live.take_gift(1002)
    await draft(panel, "Besitos", "Nueva", "Descripción", "5", "24")
    await panel.press("Besitos ganados")
    points = await panel.say("200")
    await panel.press("Otra condición")
    both = await panel.press("Primer regalo")
    either = await panel.press("Basta con una")
    await panel.press("Otra condición")
    await panel.press("Besitos gastados")
    spent = await panel.say("1")

    counts = [re.findall(r"Ya lo cumplen: (\d+)", text) for text in (points, both, either, spent)]
    assert [["2"], ["1"], ["2"], ["2"]] == counts
