"""Telegram repeats an update that was not confirmed: whatever it was, it has counted once."""

from collections.abc import AsyncIterator
from itertools import cycle
from typing import Any, cast

import pytest
from aiogram.types import Update
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gamification.admin.dialogs import DialogState, begin_turn, save_turn
from bot.gamification.models import RewardConditionRow, RewardRow
from bot.gamification.types import ConditionType
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.support.database import run_sql
from tests.support.economy import LiveEconomy, count_rows

LINEAR = "floor(total_earned / 50) + 1"
ONE_ENGINE = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
DEFAULT = "floor(sqrt(total_earned / 100)) + 1"


class Repeating(Panel):
    """An admin whose every update comes once more, to another process than the first time.

    The first one was killed after the commit and before anything was sent, so the other has to
    show what comes next.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.processes = cycle([self.start(), self.dispatcher])

    async def feed(self, **payload: Any) -> str:
        shown = await super().feed(**payload)
        buttons, self.shown, self.buttons = self.buttons, "", {}
        told_another = [one for one in self.answers if getattr(one, "chat_id", ADMIN) != ADMIN]
        self.dispatcher = next(self.processes)
        again = await self.again()
        if self.alert or told_another:  # a reward is not created again, and nobody is told again
            self.shown, self.buttons = shown, buttons
            return shown
        assert (shown.partition("\n\n")[2], buttons) == (again.partition("\n\n")[2], self.buttons)
        return again

    async def deliver(self, update: Update | None) -> int:
        """Deliver an update of before, and return how many answers there are."""
        self.last = update
        await self.again()
        return len(self.answers)


@pytest.fixture
async def panel(live: LiveEconomy) -> AsyncIterator[Repeating]:
    """Put that admin in front of the panel."""
    panel = Repeating(live.engine)
    await panel.say("/admin")
    yield panel
    await panel.bot.session.close()


async def test_draft(panel: Repeating, live: LiveEconomy) -> None:
    """Each answer and each press of a draft goes into it once, and the reward is what was said."""
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Besitos")
    for answer in ("77", "Para quien ayuda", "5", "24"):
        await panel.say(answer)
    await panel.press("Primera reacción")
    await panel.press("Otra condición")
    await panel.press("Besitos ganados")
    await panel.say("500")
    await panel.press("Basta con una")
    await panel.press("Hacer secreta")
    await panel.press_data(dict(panel.buttons)["✅ Crear"])

    async with panel.engine.connect() as connection:
        found = await connection.execute(select(RewardRow).where(RewardRow.key.is_(None)))
        rewards = [
            (row.name, row.description, row.reward_value, row.claim_window_hours, row.is_secret)
            for row in found
        ]
        conditions = [
            tuple(row)
            for row in await connection.execute(
                select(RewardConditionRow.condition_type, RewardConditionRow.condition_group)
                .where(RewardConditionRow.reward_id > 3)
                .order_by(RewardConditionRow.id)
            )
        ]
    assert [("77", "Para quien ayuda", {"amount": 5}, 24, True)] == rewards
    assert [(ConditionType.FIRST_REACTION, 1), (ConditionType.TOTAL_POINTS, 1)] == conditions
    assert ["reward.create"] == [action for _, action, *_ in await panel.audit()]


@ONE_ENGINE
async def test_draft_without_a_description(panel: Repeating) -> None:
    """The press that leaves a description out leads to the next question, and leaves it open."""
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Insignia")
    await panel.say("Generosa")
    await panel.press("Sin descripción")

    shown = await panel.say("💎 Gran corazón")

    assert shown.startswith("✏️ ¿Cuántas horas hay para reclamarla?")


@ONE_ENGINE
async def test_setting(panel: Repeating) -> None:
    """A value is set once, and the admin reads that it is."""
    await panel.press("Ajustes")
    await panel.press("Por reacción")
    await panel.press("Cambiar")

    await panel.say("7")
    shown = await panel.press("Guardar")

    assert shown.startswith("✅ Guardado: ")
    assert [(5, 7)] == [(before, after) for *_, before, after in await panel.audit()]


@ONE_ENGINE
async def test_formula(panel: Repeating) -> None:
    """A formula is previewed, and saved once."""
    await panel.press("Ajustes")
    await panel.press("Fórmula")
    await panel.press("Cambiar")
    await panel.say(LINEAR)

    await panel.press("Guardar")

    assert [(DEFAULT, LINEAR)] == [(before, after) for *_, before, after in await panel.audit()]


@ONE_ENGINE
async def test_field_of_a_reward(panel: Repeating) -> None:
    """A field is edited once, and the admin reads that it is."""
    await panel.press("Recompensas")
    await panel.press("Primeros")
    await panel.press("Nombre")

    shown = await panel.say("500")

    assert shown.startswith("✅ Guardado.\n\n💋 500 · activa")
    assert 1 == len(await panel.audit())


async def test_grant(panel: Repeating, live: LiveEconomy) -> None:
    """The amount is no reason; what is confirmed is booked once, with the reason that was given."""
    await live.act(ANA)
    await panel.press("Miembros")
    await panel.say(str(ANA))
    await panel.press("Dar")
    asked = await panel.say("500")
    confirm = await panel.say("Por ayudar")
    await panel.press_data(dict(panel.buttons)["✅ Confirmar"])

    assert asked.startswith("¿Por qué?")
    assert "+500 besitos · Por ayudar" in confirm
    assert 500 == (await live.account()).balance
    assert [{"balance": 500, "amount": 500, "reason": "Por ayudar"}] == [
        after for *_, after in await panel.audit()
    ]


@ONE_ENGINE
async def test_refused_answer(panel: Repeating) -> None:
    """What was refused is refused again, and the question is still open."""
    await panel.press("Ajustes")
    await panel.press("Por reacción")
    await panel.press("Cambiar")

    refused = await panel.say("mil")

    assert refused.startswith("⚠️ Eso no es un número entero")
    await panel.say("7")
    assert (await panel.press("Guardar")).startswith("✅ Guardado")


@ONE_ENGINE
async def test_answer_that_comes_late(panel: Repeating) -> None:
    """An answer that comes again after others does nothing and says nothing."""
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Besitos")
    await panel.say("Cinco")
    name = panel.last
    await panel.say("Descripción")
    described = panel.last

    silent = [await panel.deliver(update) for update in (name, described, name)]
    shown = await panel.say("5")

    assert [0, 1, 0] == silent
    assert shown.startswith("✏️ ¿Cuántas horas hay para reclamarla?")


@ONE_ENGINE
async def test_answer_that_comes_late_to_a_closed_question(panel: Repeating) -> None:
    """An answer that comes again when nothing is asked any more is not taken for small talk."""
    await panel.press("Ajustes")
    await panel.press("Por reacción")
    await panel.press("Cambiar")
    await panel.say("7")
    answer = panel.last
    await panel.press("Volver")

    assert 0 == await panel.deliver(answer)


@ONE_ENGINE
async def test_press_that_comes_late(panel: Repeating) -> None:
    """A press that comes again after others is answered, and does nothing."""
    await panel.press("Recompensas")
    await panel.press("Primeros")
    await panel.press("Retirar")
    retire = panel.last
    await panel.press("Reactivar")
    await panel.press("Nombre")

    answers = await panel.deliver(retire)

    assert (1, "") == (answers, panel.alert)
    assert 1 == await count_rows(panel.engine, "rewards", "key = 'primeros_pasos' AND is_active")
    assert "Otro nombre · activa" in await panel.say("Otro nombre")


@ONE_ENGINE
async def test_other_messages_come_again(panel: Repeating) -> None:
    """What is nothing of the panel's is answered each time, as it is to everybody else."""
    await panel.say("/profile")
    profile = cast("Update", panel.last)

    assert 1 == await panel.deliver(profile)
    assert "Saldo" in panel.shown


async def test_question_of_the_previous_release(panel: Repeating) -> None:
    """A question that an older release has asked is answered to this one."""
    await panel.press("Ajustes")
    known = '{"setting": "besitos_per_reaction"}'
    await run_sql(
        panel.engine,
        f"UPDATE admin_dialogs SET question = 'Asking:setting', known = '{known}'"
        f" WHERE admin_id = {ADMIN}",
    )

    await panel.say("7")
    assert (await panel.press("Guardar")).startswith("✅ Guardado")


async def test_little_is_remembered(live: LiveEconomy) -> None:
    """However long an admin works, what is kept about them stays small, and the newest is known."""
    async with live.turn() as (economy, _):
        for update_id in range(10**9, 10**9 + 200):
            turn = await begin_turn(economy.connection, ADMIN, update_id)
            assert turn is not None
            await save_turn(economy.connection, ADMIN, turn, DialogState())
        late = await begin_turn(economy.connection, ADMIN, 10**9 + 190)

    assert late is None
    small = "length(CAST(known AS TEXT)) < 1000"
    assert 1 == await count_rows(live.engine, "admin_dialogs", small)
