"""Rewards: retired, brought back, edited, created, and then lived by."""

import re

import pytest
from sqlalchemy import select

from bot.gamification.models import RewardConditionRow, RewardRow
from bot.gamification.types import ConditionType
from bot.seeding.report import Outcome
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.integration.admin.test_undo import undo_newest
from tests.support.economy import LiveEconomy, count_rows

BADGE = ["Insignia", "Generosa", None, "💎 Gran corazón", "72"]


async def open_reward(panel: Panel, name: str) -> None:
    await panel.say("/admin")
    await panel.press("Recompensas")
    await panel.press(name)


async def edit(panel: Panel, button: str, text: str) -> str:
    await panel.press(button)
    return await panel.say(text)


async def draft(panel: Panel, kind: str, *answers: str | None) -> None:
    await panel.say("/admin")
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press(kind)
    for answer in answers:
        await (panel.press("Sin descripción") if answer is None else panel.say(answer))


async def rewards_of(panel: Panel, who: int) -> str:
    return await panel.say("/rewards", who=who)


async def test_retire_and_bring_back(panel: Panel, live: LiveEconomy) -> None:
    """A retired reward does not unlock; brought back, it does with the next action."""
    await live.move(100, "a", ANA)
    await open_reward(panel, "Ahorrador")
    retired = await panel.press("Retirar")
    none = "tienes hasta" in await rewards_of(panel, ANA)

    await open_reward(panel, "🚫 Ahorrador")
    back = await panel.press("Reactivar")
    unlocked = "Ahorrador Principiante (insignia 💰 ahorrador): tienes hasta" in (
        await rewards_of(panel, ANA)
    )

    assert retired.startswith("🚫 Ahorrador Principiante · retirada")
    assert back.startswith("🎖 Ahorrador Principiante · activa")
    assert (False, True) == (none, unlocked)
    assert [
        ({"is_active": True}, {"is_active": False}),
        ({"is_active": False}, {"is_active": True}),
    ] == [(before, after) for *_, before, after in await panel.audit()]
    assert 3 == await count_rows(panel.engine, "rewards")


async def test_second_press_changes_nothing(panel: Panel) -> None:
    """A switch says what it switches to: pressed or delivered twice, it is switched once."""
    await open_reward(panel, "Primeros")
    await panel.press("secreta")

    shown = await panel.again()

    assert shown.startswith("💋 Primeros Pasos · activa, secreta")
    assert 1 == len(await panel.audit())


async def test_edit(panel: Panel, live: LiveEconomy) -> None:
    """Name, description, amount and time are edited, escaped where shown, and pay at once."""
    await open_reward(panel, "Primeros")
    await edit(panel, "Nombre", " Un  <b>beso</b> ")
    await edit(panel, "Descripción", "Dos\nlíneas")
    await edit(panel, "Importe", "25")
    shown = await edit(panel, "Plazo", "24")
    await live.edit_by_sql()

    await live.react(1, ANA)
    result = await live.claim(await live.reward_id("primeros_pasos"), ANA)

    assert [
        "✅ Guardado.",
        "",
        "💋 Un <b>beso</b> · activa",
        "Dos",
        "líneas",
        "",
        "Da: +25 besitos",
        "Plazo para reclamarla: 1 día",
    ] == shown.splitlines()[:8]
    assert (25, 24) == (result.paid, result.reward.claim_window_hours)
    assert [(ADMIN, "reward.edit")] * 4 == [line[:2] for line in await panel.audit()]


async def test_refused_edits(panel: Panel) -> None:
    """What the manifest would refuse is refused here, too."""
    for button, typed, said in (
        ("Nombre", "x" * 201, "Es demasiado largo: caben 200 caracteres."),
        ("Nombre", "Primeros Pasos", "Ya hay una recompensa con ese nombre."),
        ("Nombre", "primeros  PASOS", "Ya hay una recompensa con ese nombre."),
        ("Nombre", "\N{ZERO WIDTH SPACE}", "No puede quedar vacío."),
        ("Nombre", "a\x07b", "No puede llevar caracteres de control."),
        ("Descripción", "a\x1b[2Jb", "No puede llevar caracteres de control."),
        ("Insignia", "\x07 Oro", "No puede llevar caracteres de control."),
        ("Descripción", "x" * 1001, "Es demasiado largo: caben 1\N{NO-BREAK SPACE}000 caracteres."),
        ("Insignia", "💎", "Escribe un emoji, un espacio y el nombre de la insignia."),
        ("Plazo", "0", "El valor mínimo es 1."),
    ):
        await open_reward(panel, "Ahorrador")
        assert (await edit(panel, button, typed)).startswith(f"⚠️ {said}")

    assert [] == await panel.audit()


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


async def finished(panel: Panel, name: str) -> dict[str, str]:
    """Draft a reward up to its summary, and return the buttons there."""
    await draft(panel, "Besitos", name, "Descripción", "5", "24")
    await panel.press("Primera reacción")
    return panel.buttons


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


async def test_many_rewards(panel: Panel, live: LiveEconomy) -> None:
    """A long list has pages, and a page that does not exist is the last one."""
    for n in range(14):
        await live.add_reward(f"r{n}", (ConditionType.FIRST_REACTION, None))
    await panel.press("Recompensas")
    first = [label for label in panel.buttons if label.startswith(("💋", "🎖"))]
    await panel.press("›")
    second = [label for label in panel.buttons if label.startswith(("💋", "🎖"))]
    await panel.press_data("adm:rewards:99")

    assert (8, 8) == (len(first), len(second))
    assert 1 == len([label for label in panel.buttons if label.startswith(("💋", "🎖"))])


async def test_vanished(panel: Panel) -> None:
    """A reward that is not there gives a sentence."""
    await panel.press_data("adm_rw:show:999::0")

    assert "Esa recompensa ya no existe." == panel.alert


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


async def test_own_name_in_other_letters(panel: Panel) -> None:
    """A reward may be given its own name again, written otherwise."""
    await open_reward(panel, "Primeros")

    assert "PRIMEROS pasos" in await edit(panel, "Nombre", " PRIMEROS pasos ")


async def conditions_of(panel: Panel, name: str) -> list[tuple[str, int | None, int]]:
    columns = (
        RewardConditionRow.condition_type,
        RewardConditionRow.condition_value,
        RewardConditionRow.condition_group,
    )
    statement = select(*columns).join(RewardRow).where(RewardRow.name == name)
    async with panel.engine.connect() as connection:
        found = await connection.execute(statement.order_by(RewardConditionRow.id))
        return [tuple(row) for row in found]


async def test_conditions_of_a_reward_that_is_there(panel: Panel, live: LiveEconomy) -> None:
    """Removed, added and grouped, they count once they are saved, all at once."""
    await open_reward(panel, "Ahorrador")
    await panel.press("Condiciones")
    await panel.press("Otra condición")
    await panel.press("Racha del regalo")
    await panel.say("3")
    await panel.press("Otra condición")
    await panel.press("Primera reacción")
    await panel.press("Agrupar 2")
    await panel.press("Agrupar 3")
    shown = await panel.press("Quitar 1")
    unsaved = await conditions_of(panel, "Ahorrador Principiante")
    saved = await panel.press("Guardar")
    await live.edit_by_sql()

    assert [("TOTAL_POINTS", 100, 0)] == unsaved
    assert [
        "🔓 Condiciones de Ahorrador Principiante",
        "",
        "1. Racha del regalo (días) ≥ 3 · basta una del grupo 1",
        "2. Primera reacción · basta una del grupo 1",
        "👥 Nadie cumple esto todavía.",
    ] == shown.splitlines()
    assert "• una de estas:" in saved.splitlines()
    assert [("STREAK_LENGTH", 3, 1), ("FIRST_REACTION", None, 1)] == await conditions_of(
        panel, "Ahorrador Principiante"
    )
    assert {"Primeros Pasos", "Ahorrador Principiante"} == {
        one.name for one in (await live.react(1)).unlocked
    }
    (line,) = await panel.audit()
    assert "reward.edit" == line[1]
    await undo_newest(panel)
    assert [("TOTAL_POINTS", 100, 0)] == await conditions_of(panel, "Ahorrador Principiante")


async def test_last_condition_cannot_go(panel: Panel) -> None:
    """Without any there is nothing to save; a stale button takes no other condition away."""
    await open_reward(panel, "Ahorrador")
    await panel.press("Condiciones")
    remove = panel.buttons["🗑 Quitar 1"]
    await panel.press("Quitar 1")
    labels = list(panel.buttons)
    await panel.press("Otra condición")
    await panel.press("Primer regalo")
    shown = await panel.press_data(remove)

    assert ["➕ Otra condición", "‹ Volver"] == labels
    assert "1. Primer regalo diario · imprescindible" in shown.splitlines()


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


async def test_amount_edited_far_outside_the_usual(panel: Panel) -> None:
    """It takes a second yes; another amount may be typed instead, and an old yes saves nothing."""
    await open_reward(panel, "Primeros")
    asked = await edit(panel, "Importe", "1000000")
    old = panel.buttons["⚠️ Sí, guardar"]
    again = await panel.say("2000000")
    await panel.press_data(old)
    stale = panel.alert
    unsaved = await count_rows(panel.engine, "admin_actions")
    await open_reward(panel, "Primeros")
    await edit(panel, "Importe", "1000000")
    saved = await panel.press("Sí, guardar")

    assert "⚠️ ¿Seguro? Primeros Pasos daría 1 000 000 besitos: 4 347 veces lo habitual." == plain(
        asked
    )
    assert "2 000 000" in plain(again)
    assert stale.startswith("Esta pregunta ya no está abierta.")
    assert (0, True) == (unsaved, "Da: +1 000 000 besitos" in plain(saved))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


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


async def test_broken_rewards(panel: Panel, live: LiveEconomy) -> None:
    """A reward that SQL by hand broke is no reward here either, and the others can be edited."""
    await live.edit_by_sql(
        "UPDATE rewards SET claim_window_hours = 100000000, sort_order = 2147483647"
        " WHERE key = 'primeros_pasos'"
    )
    await open_reward(panel, "Ahorrador")
    await edit(panel, "Plazo", "24")
    await draft(panel, *BADGE)
    await panel.press("Primer regalo")

    assert (await panel.press("Crear")).startswith("✅ Creada.")
    shown = await rewards_of(panel, ANA)
    assert [False, True] == [name in shown for name in ("Primeros Pasos", "Generosa")]
