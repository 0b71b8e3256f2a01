"""Rewards: retired, brought back, edited, their conditions changed, and then lived by."""

from bot.gamification.types import ConditionType
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.integration.admin.reward_pages import (
    BADGE,
    conditions_of,
    draft,
    edit,
    open_reward,
    plain,
    rewards_of,
)
from tests.integration.admin.test_undo import undo_newest
from tests.support.economy import LiveEconomy, count_rows
from tests.support.markup import visible


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
    ] == visible(shown).splitlines()[:8]
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


async def test_own_name_in_other_letters(panel: Panel) -> None:
    """A reward may be given its own name again, written otherwise."""
    await open_reward(panel, "Primeros")

    assert "PRIMEROS pasos" in await edit(panel, "Nombre", " PRIMEROS pasos ")


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
