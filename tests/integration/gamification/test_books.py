"""Accounts against the ledger, rows against what they refer to, and sums that come back."""

from collections.abc import Sequence

import pytest
from sqlalchemy import delete, select

from bot.gamification.books import (
    DifferingAccount,
    Orphan,
    differing_accounts,
    orphans,
)
from bot.gamification.bootstrap.manifest import load_manifest
from bot.gamification.bootstrap.service import BootstrapService
from bot.gamification.models import AccountRow, LedgerEntryRow
from tests.support.database import run_sql
from tests.support.economy import ANA, LUIS, LiveEconomy
from tests.support.statements import recorded

EVA = 1003
ON_SQLITE = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)
LINE = "INSERT INTO transactions (user_id, amount, type, reference) VALUES"

Account = tuple[int, int, int, int, int]


async def play(live: LiveEconomy) -> None:
    """Let Ana earn and spend, Luis earn, and Eva be there."""
    await live.move(500, "grant:1")
    await live.take_gift()
    await live.move(-30, "take:1")
    await live.move(200, "grant:2", LUIS)
    await live.act(EVA)


async def accounts(live: LiveEconomy) -> list[Account]:
    profile = AccountRow
    columns = (profile.balance, profile.total_earned, profile.total_spent, profile.level)
    statement = select(profile.user_id, *columns).order_by(profile.user_id)
    async with live.engine.connect() as connection:
        return [(*row,) for row in await connection.execute(statement)]


async def backfill(live: LiveEconomy) -> None:
    """Delete all profiles, and start the bot."""
    async with live.engine.begin() as connection:
        await connection.execute(delete(AccountRow))
    await BootstrapService(live.engine, load_manifest()).run()


async def found(live: LiveEconomy, limit: int = 10) -> Sequence[DifferingAccount]:
    async with live.engine.connect() as connection:
        return await differing_accounts(connection, limit)


async def test_played_accounts_are_their_ledger(live: LiveEconomy) -> None:
    """Nobody who only plays ever differs, with lines or without."""
    await play(live)

    assert () == await found(live)


async def test_differing_accounts_are_named(live: LiveEconomy) -> None:
    """One with too much, one whose lines were deleted and one without any, by user id."""
    await play(live)
    await run_sql(
        live.engine,
        "UPDATE user_gamification_profiles SET balance = balance + 5,"
        f" total_earned = total_earned + 5 WHERE user_id IN ({ANA}, {EVA})",
        f"DELETE FROM transactions WHERE user_id = {LUIS}",
    )

    assert (
        DifferingAccount(ANA, 525, 555, 30, 550, 30),
        DifferingAccount(LUIS, 200, 200, 0, 0, 0),
        DifferingAccount(EVA, 5, 5, 0, 0, 0),
    ) == await found(live)
    assert [ANA, LUIS] == [account.user_id for account in await found(live, limit=2)]


async def test_the_same_balance_by_other_sums_differs(live: LiveEconomy) -> None:
    """Earned and spent are compared, too, and one statement does it."""
    await play(live)
    await run_sql(
        live.engine,
        "UPDATE user_gamification_profiles SET total_spent = total_spent + 7,"
        f" total_earned = total_earned + 7 WHERE user_id = {ANA}",
    )

    with recorded(live.engine) as statements:
        assert (DifferingAccount(ANA, 520, 557, 37, 550, 30),) == await found(live)
    assert 1 == len(statements)


@ON_SQLITE
async def test_amounts_that_are_no_whole_numbers(live: LiveEconomy) -> None:
    """What SQL by hand left in the ledger counts as its whole part, and stops nobody."""
    await play(live)
    await run_sql(
        live.engine,
        f"{LINE} ({EVA}, 'cinco', 'REACTION', 'x:1'), ({EVA}, 2.5, 'REACTION', 'x:2')",
        "UPDATE user_gamification_profiles SET balance = 2.5, total_earned = 2.5"
        f" WHERE user_id = {EVA}",
    )

    assert [(EVA, 2)] == [(one.user_id, one.ledger_earned) for one in await found(live)]
    await backfill(live)
    assert (EVA, 2, 2, 0, 1) in await accounts(live)
    assert () == await found(live)


@ON_SQLITE
async def test_orphans_are_named(live: LiveEconomy) -> None:
    """Rows whose reward or member was deleted in SQLite's shell, no more than asked for."""
    await play(live)
    await run_sql(
        live.engine,
        "DELETE FROM rewards WHERE id = 3",
        f"DELETE FROM users WHERE user_id = {EVA}",
    )
    async with live.engine.connect() as connection:
        named = await orphans(connection)
        one = await orphans(connection, limit=1)

    assert Orphan("reward_conditions", 3, "rewards") in named
    assert {
        ("reward_conditions", "rewards"),
        ("user_gamification_profiles", "users"),
        ("member_names", "users"),
    } == {(orphan.table, orphan.parent) for orphan in named}
    assert 1 == len(one)


async def test_no_orphans(live: LiveEconomy) -> None:
    """PostgreSQL is not even asked."""
    await play(live)

    with recorded(live.engine) as statements:
        async with live.engine.connect() as connection:
            assert () == await orphans(connection)
    assert (live.engine.dialect.name == "sqlite") == len(statements)


async def test_emptied_profiles_come_back(live: LiveEconomy) -> None:
    """Balance, totals and level are those of the ledger; who has no lines has nothing."""
    await play(live)
    before = await accounts(live)

    await backfill(live)

    assert before == await accounts(live)
    assert [(ANA, 520, 550, 30, 3), (LUIS, 200, 200, 0, 2), (EVA, 0, 0, 0, 1)] == before
    await live.assert_books_balance()


async def test_a_ledger_below_zero_restores_nothing(live: LiveEconomy) -> None:
    """Such a profile could not be stored; it begins at zero, and is named as differing."""
    await play(live)
    await run_sql(live.engine, f"{LINE} ({LUIS}, -201, 'ADMIN_TAKE', 'x:1')")

    await backfill(live)

    assert (LUIS, 0, 0, 0, 1) in await accounts(live)
    assert (DifferingAccount(LUIS, 0, 0, 0, 200, 201),) == await found(live)


async def test_without_a_ledger_everybody_begins_anew(live: LiveEconomy) -> None:
    """Everybody begins with nothing, whatever they had."""
    await play(live)
    async with live.engine.begin() as connection:
        await connection.execute(delete(LedgerEntryRow))

    await backfill(live)

    assert {(0, 0, 0, 1)} == {account[1:] for account in await accounts(live)}


async def test_a_formula_in_force_gives_the_levels(live: LiveEconomy) -> None:
    """What comes back has the level of the admin's formula, not of the manifest's."""
    await play(live)
    await live.set(level_formula="floor(total_earned / 50) + 1")

    await backfill(live)

    assert [(ANA, 12), (LUIS, 5), (EVA, 1)] == [(row[0], row[4]) for row in await accounts(live)]


async def test_problems_in_sentences(live: LiveEconomy) -> None:
    """An operator reads which account differs and which value cannot be."""
    await play(live)
    await run_sql(
        live.engine,
        "UPDATE user_gamification_profiles SET balance = balance + 5,"
        f" total_earned = total_earned + 5 WHERE user_id = {ANA}",
        "UPDATE rewards SET claim_window_hours = 100000000 WHERE id = 2",
    )

    service = BootstrapService(live.engine, load_manifest())
    (value,), (account,) = await service.bad_values(), await service.open_books()

    assert "claim_window_hours" in value
    assert "100000000" in value
    assert account.startswith(f"The account of member {ANA} says 525 besitos (555 earned, 30 spent")
