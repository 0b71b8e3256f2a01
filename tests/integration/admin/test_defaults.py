"""Edits of seeded rewards, taken back to the manifest from the chat."""

import pytest

from bot.gamification.admin.audit import Action
from tests.integration.admin.panel import Panel
from tests.support.database import contents, run_sql
from tests.support.economy import LiveEconomy

EDITS = (
    "UPDATE rewards SET name = 'Otra', is_active = false WHERE key = 'primeros_pasos'",
    "UPDATE reward_conditions SET condition_type = 'FIRST_DAILY_GIFT' WHERE reward_id = 1",
)


@pytest.fixture
async def edited(panel: Panel, live: LiveEconomy) -> Panel:
    """Open the page of a reward that an admin has edited in three places."""
    await live.edit_by_sql(*EDITS)
    await panel.press("Recompensas")
    await panel.press("Otra")
    return panel


async def test_reward_goes_back_to_its_default(edited: Panel, live: LiveEconomy) -> None:
    """All edits go, conditions too; the button goes, and the trail has what was there."""
    before = await contents(live.engine)

    shown = await edited.press("↩️ Por defecto: nombre, activa, condiciones")

    after = await contents(live.engine)
    assert "Primeros Pasos · activa" in shown
    assert not any("↩️" in label for label in edited.buttons)
    (reward,) = [row for row in after["rewards"] if row["key"] == "primeros_pasos"]
    assert ("Primeros Pasos", True) == (reward["name"], reward["is_active"])
    assert ["FIRST_REACTION"] == [
        row["condition_type"]
        for row in after["reward_conditions"]
        if row["reward_id"] == reward["id"]
    ]
    assert before["rewards"][1:] == after["rewards"][1:]
    ((_, action, target, was, now),) = await edited.audit()
    assert (Action.RESTORE_REWARD, "reward:1") == (action, target)
    assert ("Otra", "Primeros Pasos") == (was["name"], now["name"])
    assert [["FIRST_DAILY_GIFT", None, 0]] == was["conditions"]


async def test_pressed_twice(edited: Panel) -> None:
    """The second press finds nothing to take back and writes no line."""
    label = next(label for label in edited.buttons if "↩️" in label)
    data = edited.buttons[label]
    await edited.press_data(data)

    await edited.press_data(data)

    assert 1 == len(await edited.audit())


async def test_rewards_without_a_default_have_no_way_back(panel: Panel, live: LiveEconomy) -> None:
    """A reward of an admin's own has nothing to go back to; a forged press changes nothing."""
    await live.add_reward("Propia", ("TOTAL_POINTS", 5), key=None)
    await panel.press("Recompensas")

    await panel.press("Propia")

    assert not any("↩️" in label for label in panel.buttons)
    before = await contents(live.engine)
    await panel.press_data("adm_rw:restore:4::0")
    changed = {table: rows for table, rows in before.items() if table != "admin_dialogs"}
    after = await contents(live.engine)
    assert changed == {table: after[table] for table in changed}


async def test_seed_page_tells_the_history(edited: Panel, live: LiveEconomy) -> None:
    """What earlier starts did is on the seed's page, the newest first."""
    await edited.press("↩️ Por defecto")
    await run_sql(live.engine, "UPDATE seed_runs SET host = '<b>' WHERE outcome = 'taken'")
    await edited.say("/admin")

    shown = (await edited.press("Valores por defecto")).splitlines()

    at = shown.index("Arranques que cambiaron algo")
    assert "vuelto a los valores por defecto" in shown[at + 1]
    assert "en <b>: 0 nuevos, 1 cambiado" in shown[at + 1]
    assert "puesto en marcha" in shown[at + 2]
