"""How many SQL statements an update costs, BEGIN and COMMIT aside."""

from collections.abc import Awaitable, Callable

import pytest
from aiogram.types import Update
from sqlalchemy import event

from bot.gamification.types import ConditionType
from tests.support.dispatching import Dispatching
from tests.support.economy import LiveEconomy
from tests.support.statements import of_plain_reaction, recorded
from tests.support.updates import GROUP, command, reaction, user

ANA = user(1001)
MANY = 300

Cost = Callable[[Update], Awaitable[int]]


@pytest.fixture(params=[3, MANY], ids=lambda count: f"{count} rewards")
async def cost(request: pytest.FixtureRequest, live: LiveEconomy, telegram: Dispatching) -> Cost:
    """Count the statements of an update; the rules have been read before."""
    if request.param > 3:
        hard = (ConditionType.TOTAL_POINTS, 10**6)
        names = [f"Recompensa {number}" for number in range(3, request.param)]
        await live.add_rewards(names, hard)
    for _ in range(2):  # the chat is new, and read once it is known
        await telegram.feed(command("/help", user(1), chat=GROUP))

    async def cost(update: Update) -> int:
        with recorded(live.engine) as statements:
            await telegram.feed(update)
        return len(statements)

    return cost


async def test_paid_reactions(live: LiveEconomy, cost: Cost) -> None:
    """A paid reaction costs at most five statements, and one more where there is something to tell.

    The member with streaks and reactions, the reaction, the ledger, the account (the last two are
    one on PostgreSQL); with the first of a day the streak; the rewards and the notice in the outbox
    where something unlocks. However many rewards there are.
    """
    plain = of_plain_reaction(live.engine)
    costs = [await cost(reaction(message_id, ANA)) for message_id in range(17)]

    first_ever, *regular, unlocking, after = costs
    assert 5 * 17 + 20 == (await live.account(1001)).balance
    assert ([plain] * 14, plain + 2, plain) == (regular, unlocking, after)
    # A newcomer is looked for, also among the forgotten, registered and loaded besides. SQLite
    # registers in three statements, PostgreSQL in one, but looks twice: the member might only have
    # been locked.
    registering = 5 if live.engine.dialect.name == "sqlite" else 4
    assert plain + 1 + registering + 1 + 1 == first_ever


async def test_first_of_a_day(live: LiveEconomy, cost: Cost) -> None:
    """The first reaction of a day writes the streak as well."""
    await cost(reaction(1, ANA))
    await live.edit_by_sql(
        "UPDATE user_streaks SET last_day = '2020-01-01'",
        "UPDATE user_reactions SET day = '2020-01-01'",
        "UPDATE transactions SET reference = reference || '/old' WHERE type = 'ACTIVITY_BONUS'",
    )

    assert of_plain_reaction(live.engine) + 1 == await cost(reaction(2, ANA))
    assert 50 == (await live.account(1001)).balance


async def test_unpaid_reactions(cost: Cost, live: LiveEconomy) -> None:
    """What pays nothing costs next to nothing."""
    await cost(reaction(1, ANA))

    again, taken_away = await cost(reaction(1, ANA)), await cost(reaction(1, ANA, emoji=None))
    anonymous = await cost(reaction(2, None))

    assert (2, 0, 0) == (again, taken_away, anonymous)


async def test_reaction_taken_away(live: LiveEconomy, telegram: Dispatching) -> None:
    """It pays nothing and takes nothing back, and so it opens no transaction, in a new chat too."""
    opened: list[object] = []
    event.listen(live.engine.sync_engine, "checkout", lambda *told: opened.append(told))

    await telegram.feed(reaction(1, ANA, emoji=None))

    assert [] == opened
