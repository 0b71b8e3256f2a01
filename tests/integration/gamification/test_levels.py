"""A new formula reaches every member in a few statements, and each level is the formula's."""

from random import Random

import pytest
from sqlalchemy import insert, select, update

from bot.gamification import levels
from bot.gamification.context import EconomyContext
from bot.gamification.level_formula import LevelFormula
from bot.gamification.models import AccountRow, UserRow
from tests.support.economy import NOON, LiveEconomy
from tests.support.statements import recorded

FORMULAS = [
    "floor(sqrt(total_earned / 100)) + 1",
    "floor(total_earned / 7) + 1",
    "total_earned * 3",
    "1",
    "min(total_earned // 1000 + 1, 20)",
    "log(total_earned + 1)",
    "total_earned * total_earned",
]


async def join(economy: EconomyContext, totals: list[int]) -> None:
    users = [{"user_id": n, "first_name": "M"} for n in range(1, len(totals) + 1)]
    profiles = [
        {"user_id": n, "balance": total, "total_earned": total}
        for n, total in enumerate(totals, start=1)
    ]
    await economy.connection.execute(insert(UserRow), users)
    await economy.connection.execute(insert(AccountRow), profiles)


async def wrong_levels(economy: EconomyContext, formula: str) -> list[tuple[int, int]]:
    expected = LevelFormula(formula)
    profile = AccountRow
    found = await economy.connection.execute(select(profile.total_earned, profile.level))
    return [(total, level) for total, level in found if expected.level(total) != level]


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_level_is_the_formulas(live: LiveEconomy, seed: int) -> None:
    """Whatever members have earned and whichever formula comes after which."""
    random = Random(seed)
    totals = [random.randrange(10 ** random.randrange(1, 10)) for _ in range(300)]
    async with live.turn() as (economy, _):
        await join(economy, totals)
        for formula in random.sample(FORMULAS, len(FORMULAS)):
            await levels.relevel(economy.connection, formula, NOON)
            assert [] == await wrong_levels(economy, formula), formula


@pytest.mark.parametrize(
    ("formula", "most"), [(FORMULAS[0], 2), ("total_earned + 1", 1 + 2 * 4 + 1)]
)
async def test_few_statements(
    live: LiveEconomy, monkeypatch: pytest.MonkeyPatch, formula: str, most: int
) -> None:
    """Two statements do it; with too many levels it is two for each slice of totals."""
    monkeypatch.setattr(levels, "SLICE", 100)
    async with live.turn() as (economy, _):
        await join(economy, [n * n for n in range(400)])
        with recorded(live.engine) as statements:
            changed = await levels.relevel(economy.connection, formula, NOON)

        assert most >= len(statements)
        assert changed > 300
        assert [] == await wrong_levels(economy, formula)
        assert 0 == await levels.relevel(economy.connection, formula, NOON)


async def test_levels_beyond_the_column(live: LiveEconomy) -> None:
    """Levels end where their column does, and never fall below 1."""
    async with live.turn() as (economy, _):
        await join(economy, [0, 1, 10**11])
        await levels.relevel(economy.connection, "total_earned * 1000 - 5", NOON)

        assert [] == await wrong_levels(economy, "total_earned * 1000 - 5")


@pytest.mark.parametrize("formula", ["floor(sqrt(total_earned / 100)) + 1", "total_earned + 1"])
async def test_profiles_from_a_backfill_are_settled(
    live: LiveEconomy, monkeypatch: pytest.MonkeyPatch, formula: str
) -> None:
    """Those on level 1 get the level of their total; what others have is not touched."""
    monkeypatch.setattr(levels, "SLICE", 100)
    async with live.turn() as (economy, _):
        await join(economy, [0, 7, *(n * n for n in range(400))])
        await economy.connection.execute(
            update(AccountRow).where(AccountRow.total_earned == 398 * 398).values(level=77)
        )
        expected = LevelFormula(formula)
        changed = await levels.settle_levels(economy.connection, expected)

        wrong = await wrong_levels(economy, formula)
        assert [(398 * 398, 77)] == wrong
        totals = [0, 7, *(n * n for n in range(398)), 399 * 399]
        assert sum(expected.level(total) > 1 for total in totals if total) == changed
        assert 0 == await levels.settle_levels(economy.connection, expected)


async def test_nobody_to_settle(live: LiveEconomy) -> None:
    """Where nobody has earned anything it is one question."""
    async with live.turn() as (economy, _):
        await join(economy, [0, 0])
        with recorded(live.engine) as statements:
            assert 0 == await levels.settle_levels(economy.connection, LevelFormula("1"))
        assert 1 == len(statements)
