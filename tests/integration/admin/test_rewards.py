"""Rewards: retired, brought back, edited, created, and then lived by."""

from sqlalchemy import select

from bot.gamification.models import RewardRow
from bot.gamification.types import ConditionType
from bot.seeding.report import Outcome
from tests.integration.admin.panel import ADMIN, ANA, Panel
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
