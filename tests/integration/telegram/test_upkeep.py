"""Upkeep: a new formula lets payments in between, and a wiped bot is whole again."""

import asyncio

import pytest
from sqlalchemy import insert, select

from bot.database.wipe import wipe
from bot.gamification import releveling
from bot.gamification.admin.settings import LEVEL_FORMULA, change_setting
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.context import ConfigReader
from bot.gamification.models import AccountRow, UserRow
from bot.telegram.sending import Notice
from bot.telegram.upkeep import Upkeep, upkeep_of
from tests.support.dispatching import Dispatching, dispatching
from tests.support.economy import ANA, NOON, Clock, LiveEconomy, count_rows
from tests.support.updates import command, reaction, user

ADMIN = 7
STEEP = "total_earned + 1"
GENTLE = "floor(total_earned / 50) + 1"
SETTINGS = ConfigReader(load_manifest().config)


@pytest.fixture
def upkeep(telegram: Dispatching) -> Upkeep:
    """Look after the database of the dispatcher."""
    return upkeep_of(telegram.dispatcher)


async def join(live: LiveEconomy, count: int) -> None:
    """Let members have earned 1, 2, 3 and so on; the ids begin at 5000."""
    users = [{"user_id": 5000 + n, "first_name": "M"} for n in range(count)]
    profiles = [
        {"user_id": 5000 + n, "balance": n + 1, "total_earned": n + 1} for n in range(count)
    ]
    async with live.engine.begin() as connection:
        await connection.execute(insert(UserRow), users)
        await connection.execute(insert(AccountRow), profiles)


async def change_formula(live: LiveEconomy, formula: str) -> int | None:
    async with live.turn() as (economy, _):
        changed = (await change_setting(economy, ADMIN, LEVEL_FORMULA, formula)).releveled
    live.rules.invalidate()
    return changed


async def wrong_levels(live: LiveEconomy) -> list[tuple[int, int]]:
    async with live.engine.connect() as connection:
        formula = (await live.rules.economy(connection)).config.formula
        found = await connection.execute(select(AccountRow.total_earned, AccountRow.level))
        return [(total, level) for total, level in found if formula.level(total) != level]


async def next_slice(live: LiveEconomy) -> bool:
    async with live.engine.begin() as connection:
        return await releveling.go_on(connection, SETTINGS, NOON) is not None


@pytest.mark.parametrize("formula", [STEEP, GENTLE])
async def test_payments_in_between(
    live: LiveEconomy, monkeypatch: pytest.MonkeyPatch, formula: str
) -> None:
    """The admin is answered at once; members are paid by the new formula between the slices."""
    monkeypatch.setattr(releveling, "SLICE", 10)
    await join(live, 45)

    assert await change_formula(live, formula) is None
    slices = 0
    while not await next_slice(live):
        await live.react(slices, user_id=5000 + 7 * slices)
        await live.take_gift(user_id=5044 - 7 * slices)
        slices += 1

    assert 6 == slices
    assert [] == await wrong_levels(live)
    async with live.engine.connect() as connection:
        assert await releveling.is_settled(connection, SETTINGS)


async def test_killed_in_between(
    live: LiveEconomy,
    telegram: Dispatching,
    upkeep: Upkeep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a killed process has left is finished by the next, which tells the admin."""
    monkeypatch.setattr(releveling, "SLICE", 10)
    await join(live, 45)
    await change_formula(live, STEEP)
    for _ in range(3):
        await next_slice(live)
    left = len(await wrong_levels(live))

    await upkeep.look()

    assert left > 10
    assert [] == await wrong_levels(live)
    (told,) = telegram.sent
    assert isinstance(told, Notice)
    assert (ADMIN, "✅ Todos los niveles siguen ya la fórmula nueva. Cambian de nivel: 45") == (
        told.chat_id,
        told.text,
    )
    assert 1 == await count_rows(live.engine, "outbox_messages", f"chat_id = {ADMIN}")


async def test_changed_again_in_between(
    live: LiveEconomy, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a second formula it begins again, and no level by the first one remains."""
    monkeypatch.setattr(releveling, "SLICE", 10)
    await join(live, 45)
    await change_formula(live, STEEP)
    for _ in range(3):
        await next_slice(live)
    await change_formula(live, GENTLE)

    await upkeep.look()

    assert [] == await wrong_levels(live)


async def test_changed_back_at_once(
    live: LiveEconomy, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was paid by a formula that was in force for a moment has the old one's level."""
    await upkeep.look()
    monkeypatch.setattr(releveling, "SLICE", 10)
    await join(live, 45)
    await change_formula(live, GENTLE)
    await upkeep.look()
    await change_formula(live, STEEP)
    await live.react(1, user_id=5001)
    await change_formula(live, GENTLE)

    await upkeep.look()

    assert [] == await wrong_levels(live)


async def test_changed_by_sql(live: LiveEconomy, upkeep: Upkeep) -> None:
    """A formula that nobody changed in the panel reaches everybody, too."""
    await upkeep.look()
    await join(live, 5)
    await live.edit_by_sql(f"UPDATE bot_config SET level_formula = '{STEEP}'")

    await upkeep.look()

    assert [] == await wrong_levels(live)


async def test_taken_and_changed_back(live: LiveEconomy, upkeep: Upkeep) -> None:
    """Who was paid by a formula that the seed had set for a moment has a level by it no more."""
    await change_formula(live, STEEP)
    await upkeep.look()
    await BootstrapService(live.engine, load_manifest()).take(["config.level_formula"])
    live.rules.invalidate()
    await live.react(1)
    await live.edit_by_sql(f"UPDATE bot_config SET level_formula = '{STEEP}'")

    for _ in range(3):
        await upkeep.look()
    live.rules.invalidate()

    assert [] == await wrong_levels(live)


async def test_at_work_on_two_replicas(
    live: LiveEconomy, upkeep: Upkeep, telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes that find the same work do it once, and one of them tells the admin."""
    monkeypatch.setattr(releveling, "SLICE", 10)
    await join(live, 45)
    await change_formula(live, STEEP)

    await asyncio.gather(upkeep.look(), upkeep_of(telegram.dispatcher).look())

    assert [] == await wrong_levels(live)
    assert 1 == len(telegram.sent)


async def test_wiped(live: LiveEconomy, telegram: Dispatching, upkeep: Upkeep) -> None:
    """A wiped bot has its settings and rewards again, and pays as a new one does."""
    await telegram.feed(reaction(1, user(ANA)))
    await wipe(live.engine)
    await upkeep.look()

    texts = await telegram.texts(reaction(1, user(ANA)))

    assert ["🎉"] == [text[:1] for text in texts]
    assert 3 == await count_rows(live.engine, "rewards")
    assert 25 == (await live.account(ANA)).balance


async def test_wiped_a_moment_ago(live: LiveEconomy, telegram: Dispatching, upkeep: Upkeep) -> None:
    """An update that comes before the bot has noticed is paid, or waits; none is put aside."""
    await telegram.feed(command("/help", user(1)))  # which reads the rewards
    await wipe(live.engine)

    await telegram.until_done(reaction(1, user(ANA)))
    await upkeep.look()
    texts = await telegram.texts(reaction(2, user(ANA)))

    assert 0 == await count_rows(live.engine, "failed_updates")
    assert ["🎉"] == [text[:1] for text in texts]
    assert 30 == (await live.account(ANA)).balance


async def test_reverted(live: LiveEconomy, upkeep: Upkeep) -> None:
    """A reverted seed is no wiped database: what the operator has taken away stays away."""
    await BootstrapService(live.engine, load_manifest(), lock_timeout=30).revert()

    await upkeep.look()

    assert 0 == await count_rows(live.engine, "seed_marker")
    assert 1 == await count_rows(live.engine, "bot_config", "level_formula IS NULL")


async def test_clock_of_the_bot(live: LiveEconomy) -> None:
    """The upkeep lives by the dispatcher's clock, which a stage moves."""
    clock = Clock(NOON)
    async with dispatching(live.engine, clock=clock) as telegram:
        await telegram.feed(command("/start", user(ANA)))
        await change_formula(live, GENTLE)
        await live.edit_by_sql(
            "UPDATE user_gamification_profiles SET total_earned = 50, balance = 50",
            "UPDATE level_settlement SET formula = ''",
        )
        clock.advance(days=30)

        await upkeep_of(telegram.dispatcher).look()

    assert 1 == await count_rows(
        live.engine, "user_gamification_profiles", "level = 2 AND updated_at > '2026-03-31'"
    )
