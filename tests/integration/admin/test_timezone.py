"""The community's time zone in the panel: previewed, validated, in force at once."""

import pytest
from sqlalchemy import select

from bot.gamification.models import BotConfigRow, TimezoneChangeRow
from tests.integration.admin.panel import ANA, Panel
from tests.support.economy import LiveEconomy, count_rows

TOKYO = "Asia/Tokyo"


async def open_question(panel: Panel) -> None:
    await panel.say("/admin")
    await panel.press("Ajustes")
    await panel.press("Zona horaria")
    await panel.press("Cambiar")


async def stored(panel: Panel) -> object:
    async with panel.engine.connect() as connection:
        return await connection.scalar(select(BotConfigRow.timezone))


async def test_page(panel: Panel) -> None:
    """The setting's page says what the clock shows there now, and what days are for."""
    await panel.press("Ajustes")

    shown = (await panel.press("Zona horaria")).splitlines()

    assert ["⚙️ Zona horaria", "Por su reloj empiezan y acaban los días de la comunidad."] == shown[
        :2
    ]
    assert "Ahora: UTC" == shown[3]
    assert shown[4].startswith("🕐 Hora de allí: ")
    assert "Por defecto: UTC" == shown[5]


async def test_pick_from_the_list(panel: Panel) -> None:
    """A zone of the short list is previewed with its local time; once confirmed, it is in force."""
    await open_question(panel)

    preview = (await panel.press("America/Bogota")).splitlines()
    unsaved = await stored(panel)
    saved = await panel.press("Guardar")
    await panel.say("/daily", who=ANA)

    assert "🔎 Zona horaria America/Bogota" == preview[0]
    assert preview[1].startswith("🕐 Hora de allí: ")
    assert ("UTC", "America/Bogota") == (unsaved, await stored(panel))
    assert saved.startswith("✅ Guardado: UTC → America/Bogota\n")
    assert [("UTC", "America/Bogota")] == [(old, new) for *_, old, new in await panel.audit()]
    async with panel.engine.connect() as connection:
        assert ["America/Bogota"] == list(
            await connection.scalars(select(TimezoneChangeRow.timezone))
        )


@pytest.mark.parametrize(
    ("typed", "name"), [("asia/tokyo", TOKYO), ("Tokyo", TOKYO), (" Bogotá ", "America/Bogota")]
)
async def test_type_a_zone(panel: Panel, typed: str, name: str) -> None:
    """What is typed is found by its city, too, and saved under its right name."""
    await open_question(panel)

    await panel.say(typed)
    await panel.press("Guardar")

    assert name == await stored(panel)


async def test_unknown_zone(panel: Panel) -> None:
    """A zone that does not exist is refused with those most like it; the question stays open."""
    await open_question(panel)

    wrong = await panel.say("Europe/Madird")
    strange = await panel.say("qqqqqqqqqqqq")
    await panel.say("Europe/Madrid")
    await panel.press("Guardar")

    assert wrong.startswith("⚠️ No conozco esa zona horaria. Se parecen: Europe/Madrid")
    assert "escríbela como Europe/Madrid o America/Bogota" in strange
    assert "Europe/Madrid" == await stored(panel)


async def test_back_to_the_default(panel: Panel, live: LiveEconomy) -> None:
    """The default zone is previewed and confirmed like any other."""
    await live.set(timezone=TOKYO)
    await panel.press("Ajustes")
    await panel.press("Zona horaria")

    preview = await panel.press("Valor por defecto")
    await panel.press("Guardar")

    assert preview.startswith("🔎 Zona horaria UTC\n")
    assert "UTC" == await stored(panel)


async def test_old_preview(panel: Panel) -> None:
    """Only the newest preview can be saved, and a forged zone is none."""
    await open_question(panel)
    await panel.press("America/Bogota")
    (old,) = [data for label, data in panel.buttons.items() if "Guardar" in label]
    await panel.say("Asia/Tokyo")

    await panel.press_data(old)
    expired = panel.alert
    await panel.press_data("adm_zone:Mars/Olympus")

    assert "Esta pregunta ya no está abierta. Empieza de nuevo desde el panel." == expired
    assert panel.alert.startswith("No conozco esa zona horaria")
    assert ("UTC", 0) == (await stored(panel), await count_rows(panel.engine, "admin_actions"))
