"""The ledger: each reference once, never below zero, and no trace of what failed."""

import pytest

from bot.gamification.ledger import InsufficientBesitos, LedgerEntry, StaleAccount, post
from bot.gamification.types import TransactionType
from tests.support.database import run_sql
from tests.support.economy import ANA, LUIS, LiveEconomy, count_rows

GRANT, TAKE = TransactionType.ADMIN_GRANT, TransactionType.ADMIN_TAKE


async def test_reference_is_booked_once(live: LiveEconomy) -> None:
    """A second line with the same reference changes nothing, whosever and whatever it is."""
    first = await live.move(30, "same")
    again = [await live.move(30, "same"), await live.move(99, "same", LUIS)]

    assert {GRANT: 30} == first.amounts
    assert [{}, {}] == [booked.amounts for booked in again]
    assert [30, 0] == [(await live.account(user)).balance for user in (ANA, LUIS)]
    await live.assert_books_balance()


async def test_mixed_entries(live: LiveEconomy) -> None:
    """Several lines at once change the account by what was new among them."""
    await live.move(30, "old")
    entries = [
        LedgerEntry(30, GRANT, "old"),
        LedgerEntry(100, GRANT, "new"),
        LedgerEntry(0, GRANT, "nothing"),
        LedgerEntry(-50, TAKE, "take", "multa"),
    ]
    async with live.turn() as (economy, member):
        booked = await post(economy, member, entries)

    assert {GRANT: 100, TAKE: -50} == booked.amounts
    assert (80, 130, 50, 2) == (
        booked.account.balance,
        booked.account.total_earned,
        booked.account.total_spent,
        booked.account.level,
    )
    assert booked.account == await live.account()
    await live.assert_books_balance()


async def test_earned_entries(live: LiveEconomy) -> None:
    """What a member earns is booked once, too, however much of it there was before."""
    reaction, bonus = TransactionType.REACTION, TransactionType.ACTIVITY_BONUS
    booked = []
    for names in (["a", "b"], ["b", "c"], ["d", "d"], ["a", "d"]):
        entries = [
            LedgerEntry(amount, kind, name)
            for amount, kind, name in zip((5, 100), (reaction, bonus), names, strict=True)
        ]
        async with live.turn() as (economy, member):
            booked.append(await post(economy, member, entries))

    assert [{reaction: 5, bonus: 100}, {bonus: 100}, {reaction: 5}, {}] == [
        one.amounts for one in booked
    ]
    account = await live.account()
    assert (210, 210, 0, 2) == (
        account.balance,
        account.total_earned,
        account.total_spent,
        account.level,
    )
    assert booked[-1].account == account
    last = "last_earned_id = (SELECT max(id) FROM transactions)"
    assert 1 == await count_rows(live.engine, "user_gamification_profiles", last)
    await live.assert_books_balance()


async def test_taking_too_much(live: LiveEconomy) -> None:
    """Nobody gets below zero, and the refused line leaves no trace; all there is may be taken."""
    await live.move(30, "grant")
    with pytest.raises(InsufficientBesitos, match="has 30 besitos"):
        await live.move(-31, "take")
    taken = await live.move(-30, "take")

    assert (0, 30, 30) == (
        taken.account.balance,
        taken.account.total_earned,
        taken.account.total_spent,
    )
    assert [(GRANT, 30), (TAKE, -30)] == await live.ledger()
    await live.assert_books_balance()


async def test_taking_costs_no_level(live: LiveEconomy) -> None:
    """The level follows from what was ever earned."""
    await live.move(400, "grant")

    assert 3 == (await live.move(-400, "take")).account.level


async def test_failed_turn_changes_nothing(live: LiveEconomy) -> None:
    """An exception after booking takes the booking back, with its reaction and its streak."""
    await live.account()

    async def fail() -> None:
        async with live.turn() as (economy, member):
            await post(economy, member, [LedgerEntry(5, GRANT, "grant")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert (0, []) == ((await live.account()).balance, await live.ledger())
    assert {"grant": 5} == {"grant": (await live.move(5, "grant")).amounts[GRANT]}


@pytest.mark.parametrize("kind", [GRANT, TransactionType.REACTION])
async def test_stale_state_is_refused(live: LiveEconomy, kind: TransactionType) -> None:
    """A booking on an account as it was before another one is refused as a whole."""
    old = await live.account()
    await live.move(30, "grant")

    async def book_on_the_old_one() -> None:
        async with live.turn() as (economy, _):
            await post(economy, old, [LedgerEntry(5, kind, "stale")])

    with pytest.raises(StaleAccount):
        await book_on_the_old_one()

    assert [(GRANT, 30)] == await live.ledger()


async def test_renamed_member(live: LiveEconomy) -> None:
    """Somebody who changed their name keeps their account, and has the new name afterwards."""
    await live.react(1)
    await run_sql(live.engine, "UPDATE users SET first_name = 'Antes', username = 'antes'")

    assert 25 == (await live.account()).balance
    where = f"first_name = 'Member {ANA}' AND username IS NULL"
    assert 1 == await count_rows(live.engine, "users", where)


async def test_large_amounts(live: LiveEconomy) -> None:
    """Accounts go far beyond 32 bits."""
    await live.move(10**12, "grant")

    assert (10**12 - 1, 100_001) == (
        (await live.move(-1, "take")).account.balance,
        (await live.account()).level,
    )
