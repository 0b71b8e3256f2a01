"""Two processes get the same press, or the same words, at the same moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import pytest
from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import create_engine
from bot.gamification.types import TransactionType
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.integration.admin.reward_pages import BADGE, draft
from tests.support.economy import LiveEconomy, count_rows

TIMES = 4
#: How the updates' numbers differ: Telegram repeats one, or an admin presses again and again.
REPEATED, ANEW = [0] * TIMES, list(range(TIMES))


class Replicas(Panel):
    """An admin's panel whose bot runs twice, each with connections of its own."""

    def __init__(self, engine: AsyncEngine, other: AsyncEngine) -> None:
        super().__init__(engine)
        self.engine = other
        self.both = [self.dispatcher, self.start()]
        self.race: Sequence[int] = ()

    async def feed(self, **payload: Any) -> str:
        """Feed an update; once there is a `race`, feed all of it to both at the same moment."""
        if not self.race:
            return await super().feed(**payload)
        first = cast("Update", self.last).update_id + 1
        updates = [
            Update.model_validate({"update_id": first + number, **payload}) for number in self.race
        ]
        self.delivery.methods.clear()
        moves = [one.feed_update(self.bot, update) for update in updates for one in self.both]
        await asyncio.gather(*moves)
        return ""


@pytest.fixture
async def panel(live: LiveEconomy) -> AsyncIterator[Replicas]:
    """Put an admin in front of both, who has opened the panel."""
    other = create_engine(live.engine.url)
    panel = Replicas(live.engine, other)
    await panel.say("/admin")
    yield panel
    await panel.bot.session.close()
    await other.dispose()


races = pytest.mark.parametrize("race", [REPEATED, ANEW], ids=["repeated", "several presses"])


async def order(panel: Panel, button: str, amount: str) -> None:
    """Go as far as the last button."""
    await panel.press("Miembros")
    await panel.say(str(ANA))
    await panel.press(button)
    await panel.say(amount)
    await panel.say("Porque sí")


@races
@pytest.mark.parametrize(("button", "balance"), [("Dar", 1500), ("Quitar", 500)])
async def test_same_order(
    panel: Replicas, live: LiveEconomy, button: str, balance: int, race: list[int]
) -> None:
    """What an admin confirms is booked once, and told once."""
    await live.move(1000, "before")
    await order(panel, button, "500")
    panel.race = race

    await panel.press("Confirmar")

    assert balance == (await live.account()).balance
    assert 1 == len(await panel.audit())
    told = [one for one in panel.delivery.methods if getattr(one, "chat_id", ADMIN) == ANA]
    assert 1 == len([one for one in told if "admin" in getattr(one, "text", "")])
    await live.assert_books_balance()


async def test_takes_that_race(live: LiveEconomy) -> None:
    """Of many takes of everything one succeeds: nobody owes anything."""
    await live.move(1000, "before")
    other = create_engine(live.engine.url)
    both = [live, LiveEconomy(other)]
    try:
        moves = [one.move(-1000, f"take:{n}") for n, one in enumerate(both * TIMES)]
        results = await asyncio.gather(*moves, return_exceptions=True)
    finally:
        await other.dispose()

    refused = [one for one in results if type(one).__name__ == "InsufficientBesitos"]
    assert len(results) - 1 == len(refused)
    assert [1000, -1000] == [amount for _, amount in await live.ledger()]
    await live.assert_books_balance()


@races
async def test_same_reward(panel: Replicas, race: list[int]) -> None:
    """A draft becomes one reward, however often it is created."""
    await draft(panel, *BADGE)
    await panel.press("Primer regalo")

    panel.race = race
    await panel.press("Crear")

    assert 1 == await count_rows(panel.engine, "rewards", "key IS NULL")
    assert ["reward.create"] == [action for _, action, *_ in await panel.audit()]


async def test_same_answer(panel: Replicas) -> None:
    """An answer that two get at once answers one question: it is no answer to the next one."""
    await panel.press("Recompensas")
    await panel.press("Nueva recompensa")
    await panel.press("Besitos")
    await panel.say("77")
    panel.race = REPEATED

    await panel.say("5")

    assert 1 == await count_rows(panel.engine, "admin_dialogs", "question = 'Asking:draft_value'")


async def test_same_gift_and_claim(panel: Replicas, live: LiveEconomy) -> None:
    """A member's gift and claim are paid once, whichever process hears of them first."""
    await live.react(1)
    other = LiveEconomy(panel.engine)
    reward_id = await live.reward_id("primeros_pasos")
    moves = [
        *(one.take_gift() for one in (live, other) for _ in range(TIMES)),
        *(one.claim(reward_id) for one in (live, other) for _ in range(TIMES)),
    ]

    await asyncio.gather(*moves, return_exceptions=True)

    kinds = [kind for kind, _ in await live.ledger()]
    assert [1, 1] == [
        kinds.count(kind) for kind in (TransactionType.DAILY_GIFT, TransactionType.REWARD)
    ]
    await live.assert_books_balance()
