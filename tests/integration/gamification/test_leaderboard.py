"""The leaderboard, a member's own place in it, and the pages of the ledger."""

from datetime import timedelta

import pytest

from bot.gamification import leaderboard
from bot.gamification.leaderboard import LeaderboardPage, read_page, read_rank
from bot.gamification.ledger import read_ledger
from bot.gamification.types import TransactionType
from tests.support.economy import ANA, LUIS, NOON, LiveEconomy


@pytest.fixture
async def crowded(live: LiveEconomy) -> LiveEconomy:
    """Let member n have earned 10 × n besitos, two members the same, and one nothing."""
    for user in range(1, 25):
        await live.move(10 * user, f"grant:{user}", user)
    await live.move(240, "grant:25", 25)
    await live.account(99)
    return live


async def page(live: LiveEconomy, number: int) -> LeaderboardPage:
    async with live.turn() as (economy, _):
        return await read_page(economy.connection, number)


async def test_pages(crowded: LiveEconomy) -> None:
    """Everybody is on exactly one page, most earned first, the last page has no next."""
    pages = [await page(crowded, number) for number in range(3)]
    rows = [row for one in pages for row in one.rows]

    assert [10, 10, 7] == [len(one.rows) for one in pages]
    assert [True, True, False] == [one.has_next for one in pages]
    assert list(range(1, 28)) == [row.rank for row in rows]
    assert [240, *range(240, 0, -10), 0, 0] == [row.total_earned for row in rows]
    assert ("Member 24", 2) == (rows[0].first_name, rows[0].level)


async def test_equal_totals(live: LiveEconomy) -> None:
    """Of equal totals, whoever had theirs first is ahead; what is taken changes no place."""
    for number, user in enumerate((9, 3, 7)):
        await live.move(50, f"grant:{number}", user)
    await live.move(-20, "take", 9)

    assert ["Member 9", "Member 3", "Member 7"] == [
        row.first_name for row in (await page(live, 0)).rows[:3]
    ]


@pytest.mark.parametrize(("asked", "given"), [(-5, 0), (2, 2), (3, 3), (10**9, 1000)])
async def test_forged_pages(crowded: LiveEconomy, asked: int, given: int) -> None:
    """Pages that no button names are the first or empty, never an error."""
    found = await page(crowded, asked)

    assert given == found.page
    assert [10, 10, 7, 0][min(given, 3)] == len(found.rows)


async def test_standing_agrees_with_the_pages(crowded: LiveEconomy) -> None:
    """The place in "you are #n" is the very line of the leaderboard, for equal totals too."""
    rows = [row for number in range(3) for row in (await page(crowded, number)).rows]
    expected = {row.first_name: row.rank for row in rows}

    found = {}
    for user in (*range(1, 26), 99, ANA):
        async with crowded.turn(user) as (economy, member):
            standing = await read_rank(economy.connection, member)
        found[f"Member {user}"] = standing.rank

    assert expected == found


async def test_nobody_counts_beyond_the_limit(
    crowded: LiveEconomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit a rank is only "beyond", and there are no pages."""
    monkeypatch.setattr(leaderboard, "LIMIT", 20)
    ranks = []
    for user in (6, 5):  # on places 20 and 21
        async with crowded.turn(user) as (economy, member):
            ranks.append((await read_rank(economy.connection, member)).rank)

    assert [20, None] == ranks
    assert [10, 10, 0] == [len((await page(crowded, number)).rows) for number in range(3)]
    assert [True, False] == [(await page(crowded, number)).has_next for number in range(2)]


async def test_history_pages(live: LiveEconomy) -> None:
    """Each line of the member's own ledger is on exactly one page, newest first."""
    for number in range(1, 26):
        live.clock.advance(hours=1)
        await live.move(number, f"ana:{number}")
        await live.move(1000, f"luis:{number}", LUIS)
    pages, older_than = [], None
    for _ in range(3):
        async with live.turn() as (economy, _member):
            pages.append(await read_ledger(economy.connection, ANA, older_than))
        older_than = pages[-1].older_than
    rows = [row for one in pages for row in one.rows]

    assert [10, 10, 5] == [len(one.rows) for one in pages]
    assert list(range(25, 0, -1)) == [row.amount for row in rows]
    assert None is older_than
    assert {TransactionType.ADMIN_GRANT} == {row.type for row in rows}
    assert NOON + timedelta(hours=25) == rows[0].created_at


async def test_history_of_exactly_one_page(live: LiveEconomy) -> None:
    """Ten lines fill one page, and there is no button to an empty one."""
    for number in range(1, 11):
        await live.move(number, f"ana:{number}")

    async with live.turn() as (economy, _):
        found = await read_ledger(economy.connection, ANA)

    assert (10, None) == (len(found.rows), found.older_than)
