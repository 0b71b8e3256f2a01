"""Settings: validated like the manifest, in force at once, on record."""

import pytest
from sqlalchemy import select

from bot.gamification import releveling
from bot.gamification.models import AccountRow, BotConfigRow
from bot.telegram.upkeep import upkeep_of
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.support.economy import LiveEconomy, count_rows

LINEAR = "floor(total_earned / 50) + 1"
DEFAULT = "floor(sqrt(total_earned / 100)) + 1"

on_sqlite = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)


async def open_setting(panel: Panel, name: str) -> None:
    await panel.say("/admin")
    await panel.press("Ajustes")
    await panel.press(name)


async def stored(panel: Panel, name: str) -> object:
    async with panel.engine.connect() as connection:
        return await connection.scalar(select(getattr(BotConfigRow, name)))


async def level_of(panel: Panel, user_id: int) -> int | None:
    async with panel.engine.connect() as connection:
        profile = AccountRow
        return await connection.scalar(select(profile.level).where(profile.user_id == user_id))


async def test_list(panel: Panel, live: LiveEconomy) -> None:
    """All nine are listed; what differs from the default is marked, NULL is the default."""
    await live.set(besitos_daily_gift=77, besitos_daily_base=None)

    lines = (await panel.press("Ajustes")).splitlines()[2:]

    assert 9 == len(lines)
    assert "✏️ Regalo diario: 77 (por defecto 50)" in lines
    assert "▫️ Bono de actividad: 20" in lines


async def test_change(panel: Panel) -> None:
    """A new value pays with the very next update, and is in the audit trail."""
    await panel.say("/daily", who=ANA)
    await open_setting(panel, "Regalo diario")
    await panel.press("Cambiar")

    effect = await panel.say(" 1 077 ")
    unsaved = await stored(panel, "besitos_daily_gift")
    await panel.press("Guardar")
    shown = await panel.press("Sí, guardar")
    await panel.say("/daily", who=1002)

    assert (
        "Lo más que un miembro puede ganar al día: 230 → 1\N{NO-BREAK SPACE}257 besitos."
        in effect.splitlines()
    )
    assert 50 == unsaved
    assert shown.startswith("✅ Guardado: 50 → 1\N{NO-BREAK SPACE}077")
    assert "+1\N{NO-BREAK SPACE}077 besitos" in panel.sent_to(1002)[0]
    assert [
        (ADMIN, "setting.change", "setting:besitos_daily_gift", 50, 1077)
    ] == await panel.audit()


async def test_refused(panel: Panel) -> None:
    """What the manifest would refuse is refused, and the question stays open."""
    await open_setting(panel, "Reacciones pagadas")
    await panel.press("Cambiar")

    for typed, said in {
        "abc": "Eso no es un número entero; escribe solo cifras, sin puntos ni comas.",
        "1.5": "Eso no es un número entero; escribe solo cifras, sin puntos ni comas.",
        "-1": "El valor mínimo es 0.",
        "1000001": "El valor máximo es 1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000.",
    }.items():
        assert (await panel.say(typed)).startswith(f"⚠️ {said}")
        assert 20 == await stored(panel, "max_reactions_per_day")

    await panel.say("3")
    await panel.press("Guardar")
    assert 3 == await stored(panel, "max_reactions_per_day")


async def test_reset(panel: Panel) -> None:
    """Back to default writes the manifest's value, not NULL; the button goes then."""
    await open_setting(panel, "Por reacción")
    await panel.press("Cambiar")
    await panel.say("9")
    await panel.press("Guardar")

    await panel.press("Valor por defecto")
    await panel.press("Guardar")

    assert 5 == await stored(panel, "besitos_per_reaction")
    assert not any("defecto" in label for label in panel.buttons)
    assert [(5, 9), (9, 5)] == [(before, after) for *_, before, after in await panel.audit()]


async def test_missing_row(panel: Panel, live: LiveEconomy) -> None:
    """Even a config row that somebody deleted by hand can be edited."""
    await live.edit_by_sql("DELETE FROM bot_config")
    await open_setting(panel, "Por reacción")
    await panel.press("Cambiar")

    await panel.say("9")
    await panel.press("Guardar")

    assert 9 == await stored(panel, "besitos_per_reaction")
    assert None is await stored(panel, "besitos_daily_gift")
    assert [None] == [before for *_, before, _ in await panel.audit()]


async def test_formula(panel: Panel, live: LiveEconomy) -> None:
    """A formula is previewed first; once confirmed, everybody has its level."""
    await live.move(160, "a", ANA)
    await open_setting(panel, "Fórmula")
    await panel.press("Cambiar")

    preview = (await panel.say(LINEAR)).splitlines()
    unsaved = await stored(panel, "level_formula")
    saved = await panel.press("Guardar")
    await panel.again()

    assert ["ganados  ahora   nuevo", "0      1       1"] == [one.strip() for one in preview[2:4]]
    assert "150      2       4" in [one.strip() for one in preview]
    assert DEFAULT == unsaved
    assert saved.startswith("✅ Guardado. Cambian de nivel: 1\n")
    assert (LINEAR, 4) == (await stored(panel, "level_formula"), await level_of(panel, ANA))
    assert [(DEFAULT, LINEAR)] == [(before, after) for *_, before, after in await panel.audit()]
    live.rules.invalidate()
    await live.assert_books_balance()


async def test_formula_of_many_members(
    panel: Panel, live: LiveEconomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many members the press is answered at once, and the levels follow by themselves."""
    monkeypatch.setattr(releveling, "SLICE", 1)
    await live.move(160, "a", ANA)
    await open_setting(panel, "Fórmula")
    await panel.press("Cambiar")
    await panel.say(LINEAR)

    saved = await panel.press("Guardar")
    before = await level_of(panel, ANA)
    await upkeep_of(panel.dispatcher).look()

    assert saved.startswith("✅ Guardado. Los niveles se calculan de nuevo; te aviso cuando")
    assert (2, 4) == (before, await level_of(panel, ANA))
    (told,) = panel.delivery.methods[-1:]
    assert "✅ Todos los niveles siguen ya la fórmula nueva. Cambian de nivel: 1" == getattr(
        told, "text", None
    )


async def test_default_formula(panel: Panel, live: LiveEconomy) -> None:
    """The default formula is previewed and confirmed like any other."""
    await live.move(160, "a", ANA)
    await open_setting(panel, "Fórmula")
    await panel.press("Cambiar")
    await panel.say(LINEAR)
    await panel.press("Guardar")

    preview = await panel.press("Valor por defecto")
    await panel.press("Guardar")

    assert DEFAULT in preview
    assert (DEFAULT, 2) == (await stored(panel, "level_formula"), await level_of(panel, ANA))


async def test_bad_formula(panel: Panel) -> None:
    """A formula that is unsafe, has no value or falls is refused with the reason."""
    await open_setting(panel, "Fórmula")
    await panel.press("Cambiar")

    for formula, reason in (
        ("total_earned.real", "En una fórmula no puede estar «total_earned.real»."),
        ("1 / total_earned", "La fórmula no da ningún nivel con 0 besitos."),
        ("5 - total_earned", "La fórmula baja del nivel 5 con 0 besitos al 4 con 1; no puede"),
        ("1234 - total_earned", "La fórmula baja del nivel 1\N{NO-BREAK SPACE}234 con 0 besitos"),
        ("total_earned / (total_earned - 1)", "La fórmula no da ningún nivel con 1 besito."),
        ("  ", "Una fórmula tiene de 1 a 200 caracteres."),
        ("1 +", "Eso no es una fórmula; revisa paréntesis y operadores."),
        ("-" * 25 + "1", "La fórmula tiene demasiados paréntesis anidados."),
    ):
        assert (await panel.say(formula)).startswith(f"⚠️ {reason}")

    assert DEFAULT == await stored(panel, "level_formula")
    assert 0 == await count_rows(panel.engine, "admin_actions")


async def test_old_preview(panel: Panel) -> None:
    """Only the newest preview can be saved: each button saves what was shown above it."""
    await open_setting(panel, "Fórmula")
    await panel.press("Cambiar")
    await panel.say("total_earned + 1")
    (old,) = [data for label, data in panel.buttons.items() if "Guardar" in label]
    await panel.say(LINEAR)

    await panel.press_data(old)

    assert "Esta pregunta ya no está abierta. Empieza de nuevo desde el panel." == panel.alert
    assert DEFAULT == await stored(panel, "level_formula")


async def test_forged_name(panel: Panel) -> None:
    """A button with the name of a setting that does not exist changes nothing."""
    await panel.press_data("adm_set:reset:updated_at")

    assert "No existe ese ajuste." == panel.alert
    assert [] == await panel.audit()


async def test_broken_formula_can_be_replaced(panel: Panel, live: LiveEconomy) -> None:
    """Whatever SQL by hand has stored, the panel mends it; the old side is what is in force."""
    await live.set(level_formula="bad(")
    await open_setting(panel, "Fórmula")
    await panel.press("Cambiar")

    shown = await panel.say(LINEAR)
    await panel.press("Guardar")

    assert ["100", "2", "3"] in [line.split() for line in shown.splitlines()]
    assert LINEAR == await stored(panel, "level_formula")


@on_sqlite
async def test_broken_setting_can_be_replaced(panel: Panel, live: LiveEconomy) -> None:
    """What SQL by hand has put in a setting is not in force, and the panel mends it."""
    await live.edit_by_sql("UPDATE bot_config SET besitos_per_reaction = '<cinco>'")
    await open_setting(panel, "Por reacción")
    listed = panel.shown
    await panel.press("Cambiar")

    await panel.say("5")
    saved = await panel.press("Guardar")

    assert "Ahora: 5" in listed
    assert saved.startswith("✅ Guardado: <cinco> → 5")
    assert 5 == await stored(panel, "besitos_per_reaction")
    assert [("<cinco>", 5)] == [(before, after) for *_, before, after in await panel.audit()]


@on_sqlite
@pytest.mark.parametrize("total", ["'25 xp'", "'x'", "25.5"])
async def test_formula_and_odd_accounts(panel: Panel, live: LiveEconomy, total: str) -> None:
    """A new formula counts with whatever is a number, and stops at nothing."""
    await live.react(1, ANA)
    for formula in (LINEAR, "total_earned + 1"):
        await live.edit_by_sql(
            "PRAGMA ignore_check_constraints = ON",
            f"UPDATE user_gamification_profiles SET total_earned = {total} WHERE user_id = {ANA}",
        )
        await open_setting(panel, "Fórmula")
        await panel.press("Cambiar")
        await panel.say(formula)

        assert (await panel.press("Guardar")).startswith("✅ Guardado.")


@on_sqlite
async def test_dialog_that_sql_broke(panel: Panel, live: LiveEconomy) -> None:
    """An open question whose rest cannot be read is closed; the panel opens as ever."""
    await open_setting(panel, "Por reacción")
    await panel.press("Cambiar")
    await live.edit_by_sql("UPDATE admin_dialogs SET known = '{setting'")

    await panel.say("9")
    await open_setting(panel, "Por reacción")
    await panel.press("Cambiar")

    assert (await panel.say("9")).startswith("🔎")
