"""Undo: exactly what a line of the audit trail changed, once, and on record itself."""

import asyncio

import pytest
from aiogram.methods import EditMessageText
from sqlalchemy import func, select

from bot.gamification.admin.undo import AlreadyUndone, undo
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.models import AdminActionRow, BotConfigRow
from bot.gamification.types import ConditionType, TransactionType
from bot.telegram.methods import Notice
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.support.database import run_sql
from tests.support.economy import LiveEconomy, count_rows

LINEAR = "floor(total_earned / 50) + 1"
MILLION = "1000000"


async def adjust(panel: Panel, button: str, amount: str) -> None:
    """Book an adjustment of Ana's account, however often the panel asks."""
    await panel.say("/admin")
    await panel.press("Miembros")
    await panel.say(str(ANA))
    await panel.press(button)
    await panel.say(amount)
    await panel.say("Por ayudar")
    await panel.press("Confirmar")
    if any("Sí, confirmar" in label for label in panel.buttons):
        await panel.press("Sí, confirmar")


async def change(panel: Panel, name: str, value: str) -> None:
    await panel.say("/admin")
    await panel.press("Ajustes")
    await panel.press(name)
    await panel.press("Cambiar")
    await panel.say(value)
    await panel.press("Guardar")


async def newest_line(panel: Panel) -> int:
    async with panel.engine.connect() as connection:
        return await connection.scalar(select(func.max(AdminActionRow.id))) or 0


async def undo_newest(panel: Panel) -> str:
    """Undo the newest line that has a button."""
    await panel.say("/admin")
    await panel.press("Auditoría")
    await panel.press_data(next(data for label, data in panel.buttons.items() if "↩️" in label))
    return await panel.press("Deshacer")


async def test_told_in_the_chosen_language(panel: Panel, live: LiveEconomy) -> None:
    """A member reads of a grant and of its undo in the language chosen with /language."""
    await live.move(90, "a")
    await run_sql(live.engine, f"UPDATE users SET locale = 'en' WHERE user_id = {ANA}")
    await adjust(panel, "Dar", "5")
    granted = panel.sent_to(ANA)
    await undo_newest(panel)

    assert granted[0].startswith("💋 An admin gave you 5 besitos")
    assert ["💋 An admin has corrected a mistake and taken back 5 besitos."] == panel.sent_to(ANA)


async def test_waits_for_the_member(panel: Panel, live: LiveEconomy) -> None:
    """Who can be told of a grant only later is told of its undo as well."""
    await live.move(90, "a")
    await adjust(panel, "Dar", "5")
    await undo_newest(panel)

    whose = [one.member_id for one in panel.answers if isinstance(one, Notice)]

    assert [ANA] == whose


async def test_grant(panel: Panel, live: LiveEconomy) -> None:
    """A million by mistake, taken back: balance, total, level and place as if it had never been."""
    await live.move(90, "a")
    before = await live.account()
    await adjust(panel, "Dar", MILLION)
    granted = await live.account()

    await undo_newest(panel)
    shown = [one.text for one in panel.answers if isinstance(one, EditMessageText)]

    after = await live.account()
    assert (1_000_090, 101) == (granted.balance, granted.level)
    assert (90, 90, 0, 1) == (after.balance, after.total_earned, after.total_spent, after.level)
    assert before == after
    assert ["✅ Deshecho."] == [text.splitlines()[0] for text in shown]
    (told,) = panel.sent_to(ANA)
    assert "te retira 1 000 000 besitos." in told.replace("\N{NO-BREAK SPACE}", " ")
    assert (TransactionType.ADMIN_GRANT, -1_000_000) == (await live.ledger())[-1]
    assert (
        ADMIN,
        "undo",
        f"member:{ANA}",
        {"balance": 1_000_090},
        {"balance": 90, "amount": -1_000_000},
    ) == (await panel.audit())[-1]
    await live.assert_books_balance()
    assert [] == await panel.dispatcher["bootstrap_service"].open_books()


async def test_take(panel: Panel, live: LiveEconomy) -> None:
    """What was taken comes back, and is neither earned nor spent."""
    await live.move(90, "a")
    before = await live.account()
    await adjust(panel, "Quitar", "30")

    await undo_newest(panel)

    assert before == await live.account()
    assert [] == await panel.dispatcher["bootstrap_service"].open_books()


async def test_once(panel: Panel, live: LiveEconomy) -> None:
    """Pressed again, delivered again and asked again: it is undone once, and no undo is offered."""
    await live.move(90, "a")
    await adjust(panel, "Dar", "40")
    line_id = await newest_line(panel)
    await undo_newest(panel)

    await panel.again()
    redelivered = panel.alert
    await panel.say("/admin")
    trail = await panel.press("Auditoría")

    assert redelivered == "Eso ya se deshizo; no se deshace dos veces."
    assert 90 == (await live.account()).balance
    assert "↩️ deshecho" in trail
    assert f"deshizo el cambio {line_id} en" in trail
    assert [] == [label for label in panel.buttons if "↩️" in label]
    assert 2 == await count_rows(panel.engine, "admin_actions")


async def test_two_admins_at_once(panel: Panel, live: LiveEconomy) -> None:
    """Of two who undo the same line in the same moment, one does."""
    await live.move(90, "a")
    await adjust(panel, "Dar", "40")

    line_id = await newest_line(panel)

    async def take_back() -> None:
        async with live.turn(ADMIN) as (economy, _):
            await undo(economy, load_manifest().config, ADMIN, line_id)

    results = await asyncio.gather(take_back(), take_back(), return_exceptions=True)

    assert [AlreadyUndone] == [type(one) for one in results if one is not None]
    assert 90 == (await live.account()).balance


async def test_spent_meanwhile(panel: Panel, live: LiveEconomy) -> None:
    """Nobody is brought below zero: the admin reads how much is missing."""
    await live.move(10, "a")
    await adjust(panel, "Dar", "100")
    await live.spend(60, "b")

    await undo_newest(panel)

    said = "No se puede deshacer: al miembro le faltan 50 de esos besitos, gastados o quitados."
    assert said == panel.alert
    assert 50 == (await live.account()).balance
    assert 1 == await count_rows(panel.engine, "admin_actions")


async def test_unlocked_by_it(panel: Panel, live: LiveEconomy) -> None:
    """What only the grant has unlocked is locked again, unless claimed, and unlocks another day."""
    await live.add_reward("Rica", (ConditionType.TOTAL_POINTS, 5000))
    await live.add_reward("Cien", (ConditionType.TOTAL_POINTS, 100))
    panel.dispatcher["rules"].invalidate()
    await live.move(10, "a")
    await adjust(panel, "Dar", MILLION)
    held = [line.reward.name for line in await live.lines() if line.status]
    await undo_newest(panel)

    locked = [line.reward.name for line in await live.lines() if line.status]
    await live.move(100, "b")

    assert ["Ahorrador Principiante", "Rica", "Cien"] == held
    assert [] == locked
    assert ["Ahorrador Principiante", "Cien"] == await live.act()


async def test_repeatable_counts_from_before(panel: Panel, live: LiveEconomy) -> None:
    """A reward that may come again counts as if the million had never been."""
    reward = await live.add_reward("Otra vez", (ConditionType.TOTAL_POINTS, 20), is_repeatable=True)
    await live.move(10, "a")
    panel.dispatcher["rules"].invalidate()
    await adjust(panel, "Dar", MILLION)
    await live.claim(reward)
    await undo_newest(panel)
    await live.move(15, "b")
    early = await live.act()
    await live.move(5, "c")

    assert [] == early
    assert ["Otra vez"] == await live.act()


async def test_setting(panel: Panel) -> None:
    """A setting has its value of before, unset included, and pays by it at once."""
    await change(panel, "Regalo diario", "70")

    await undo_newest(panel)
    await panel.say("/daily", who=ANA)

    assert "Regalo diario: +50 besitos" in panel.sent_to(ANA)[0]
    assert (70, 50) == (await panel.audit())[-1][3:]


async def test_unset_setting(panel: Panel, live: LiveEconomy) -> None:
    """What was unset is unset again; a formula then re-levels by the default."""
    await live.set(level_formula=None)
    panel.dispatcher["rules"].invalidate()
    await live.move(160, "a")
    await change(panel, "Fórmula", LINEAR)
    live.rules.invalidate()
    linear = (await live.account()).level

    await undo_newest(panel)

    live.rules.invalidate()
    async with panel.engine.connect() as connection:
        assert (await connection.scalar(select(BotConfigRow.__table__.c.level_formula))) is None
    assert (4, 2) == (linear, (await live.account()).level)
    await live.assert_books_balance()


async def test_changed_since(panel: Panel) -> None:
    """What another has changed since stays as it is, and the admin reads who that was."""
    await change(panel, "Regalo diario", "70")
    await panel.say("/profile")
    await change(panel, "Regalo diario", "80")
    async with panel.engine.connect() as connection:
        first = await connection.scalar(select(AdminActionRow.id).order_by(AdminActionRow.id))

    await panel.press_data(f"adm_undo:{first}:1")

    assert f"No se puede deshacer: después lo cambió <{ADMIN}>." == panel.alert
    assert 1 == await count_rows(panel.engine, "bot_config", "besitos_daily_gift = 80")


@pytest.mark.parametrize(
    ("button", "typed"),
    [("Nombre", "Otro"), ("Importe", "99"), ("Plazo", "5"), ("Descripción", "Nueva")],
)
async def test_edit_of_a_reward(panel: Panel, button: str, typed: str) -> None:
    """Each field of a reward has its value of before."""
    await panel.press("Recompensas")
    before = await panel.press("Primeros")
    await panel.press(button)
    await panel.say(typed)

    await undo_newest(panel)

    await panel.say("/admin")
    await panel.press("Recompensas")
    assert before == await panel.press("Primeros")


async def test_retirement(panel: Panel) -> None:
    """A retired reward is there again, unless its name is another's by now."""
    await panel.press("Recompensas")
    await panel.press("Primeros")
    await panel.press("Retirar")

    await undo_newest(panel)

    assert 1 == await count_rows(panel.engine, "rewards", "key = 'primeros_pasos' AND is_active")


async def test_creation(panel: Panel) -> None:
    """A reward that was created is retired."""
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Besitos")
    for answer in ("Error", "Nada", "5", "24"):
        await panel.say(answer)
    await panel.press("Primera reacción")
    await panel.press("Crear")

    await undo_newest(panel)

    assert 1 == await count_rows(panel.engine, "rewards", "name = 'Error' AND NOT is_active")
    assert ({"is_active": True}, {"is_active": False}) == (await panel.audit())[-1][3:]
