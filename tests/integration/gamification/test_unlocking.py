"""Rewards unlock in the very transaction that makes their conditions true."""

import pytest
from sqlalchemy import update

from bot.gamification.models import RewardRow
from bot.gamification.rewards.conditions import Progress
from bot.gamification.types import ConditionType, UserRewardStatus
from tests.support.economy import LUIS, LiveEconomy, count_rows

POINTS, SPENT = ConditionType.TOTAL_POINTS, ConditionType.BESITOS_SPENT


async def test_first_reaction(live: LiveEconomy) -> None:
    """The first reaction unlocks its reward, once."""
    first, second = await live.react(1), await live.react(2)

    assert [["Primeros Pasos"], []] == [[one.name for one in r.unlocked] for r in (first, second)]
    assert 1 == await count_rows(live.engine, "user_rewards")


async def test_hundred_points(live: LiveEconomy) -> None:
    """The besito that makes it 100 unlocks the badge."""
    unlocked = [[one.name for one in (await live.react(n)).unlocked] for n in range(17)]

    assert [["Primeros Pasos"], *[[]] * 14, ["Ahorrador Principiante"], []] == unlocked
    assert 25 + 15 * 5 == 100


async def test_seven_days(live: LiveEconomy) -> None:
    """The seventh gift in a row unlocks the streak's reward, a broken row does not."""
    unlocked = []
    for day in range(1, 14):
        if day != 6:
            unlocked += [(day, one.name) for one in (await live.take_gift()).unlocked]
        live.clock.advance(days=1)

    assert [(2, "Ahorrador Principiante"), (13, "Racha de 7 Días")] == unlocked


async def test_several_at_once(live: LiveEconomy) -> None:
    """One action may unlock several, in the order in which members see them."""
    await live.add_reward("Último", (POINTS, 1), sort_order=900)
    await live.add_reward("Primero", (ConditionType.LEVEL_REACHED, 1), sort_order=-1)

    names = [reward.name for reward in (await live.react(1)).unlocked]

    assert ["Primero", "Primeros Pasos", "Último"] == names


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        ((ConditionType.FIRST_DAILY_GIFT, None), "gift"),
        ((ConditionType.LEVEL_REACHED, 2), "grant"),
        ((POINTS, 1000), "grant"),
        ((SPENT, 300), "spend"),
    ],
)
async def test_other_conditions(
    live: LiveEconomy, condition: tuple[ConditionType, int | None], name: str
) -> None:
    """Each further condition comes true with the move that it is about, and not before."""
    await live.add_reward("Nueva", condition)
    moves = {
        "nothing": live.account,
        "gift": live.take_gift,
        "grant": lambda: live.move(1000, "grant"),
        "take": lambda: live.move(-300, "take"),
        "spend": lambda: live.spend(300, "spend"),
    }

    unlocking = None
    for move_name, move in moves.items():
        result: object = await move()
        names = [reward.name for reward in getattr(result, "unlocked", ())]
        if "Nueva" in [*names, *await live.act()]:
            unlocking = move_name

    assert name == unlocking


async def test_what_an_admin_takes_is_no_spending(live: LiveEconomy) -> None:
    """It counts neither towards a reward for spending, nor towards having it once more."""
    await live.add_reward("Gastadora", (SPENT, 10), is_repeatable=True)
    await live.move(100, "grant")
    await live.move(-12, "take")
    taken = await live.act()
    await live.spend(10, "spend")
    spent = await live.act()
    account = await live.account()

    assert ("Gastadora" in taken, "Gastadora" in spent) == (False, True)
    assert (22, 12, 10) == (account.total_spent, account.total_taken, account.spent)
    assert {0, 10} == {held.baseline.total_spent for held in account.rewards.values()}
    await live.assert_books_balance()


async def test_groups(live: LiveEconomy) -> None:
    """All of group 0 and one of group 1 must hold before anything unlocks."""
    conditions = [(POINTS, 10, 0), (POINTS, 10_000, 1), (ConditionType.FIRST_DAILY_GIFT, None, 1)]
    await live.add_reward("Grupos", *conditions)

    first, second = await live.react(1), await live.take_gift()

    assert "Grupos" not in [reward.name for reward in first.unlocked]
    assert ["Grupos"] == [reward.name for reward in second.unlocked]


async def test_added_later(live: LiveEconomy) -> None:
    """A new reward whose conditions hold already unlocks with the member's next action."""
    await live.react(1)
    await live.add_reward("Nueva", (POINTS, 20))

    assert ["Nueva"] == [reward.name for reward in (await live.react(1)).unlocked]
    assert [] == await live.act(LUIS)


async def test_retired(live: LiveEconomy) -> None:
    """A retired reward does not unlock; brought back, it unlocks with the next action."""
    retire = update(RewardRow).where(RewardRow.key == "primeros_pasos")
    await live.edit(retire.values(is_active=False))
    first = await live.react(1)
    await live.edit(retire.values(is_active=True))
    second = await live.react(2)

    assert [[], ["Primeros Pasos"]] == [[one.name for one in r.unlocked] for r in (first, second)]


async def test_without_conditions(live: LiveEconomy) -> None:
    """A reward without conditions is nobody's."""
    await live.add_reward("Nada")

    assert "Nada" not in [reward.name for reward in (await live.react(1)).unlocked]


async def test_secret(live: LiveEconomy) -> None:
    """A secret reward is not listed while locked, and unlocks like any other."""
    await live.add_reward("Secreta", (POINTS, 40), is_secret=True)
    await live.react(1)
    before = [line.reward.name for line in await live.lines()]
    unlocked = [reward.name for reward in (await live.take_gift()).unlocked]

    assert ["Primeros Pasos", "Ahorrador Principiante", "Racha de 7 Días"] == before
    assert ["Secreta"] == unlocked
    assert "Secreta" in [line.reward.name for line in await live.lines()]


async def test_listing(live: LiveEconomy) -> None:
    """The list has claimable, locked with progress, and claimed rewards, in this order."""
    for message_id in range(9):
        await live.react(message_id)
    fresh = [(line.reward.name, line.status, line.progress) for line in await live.lines()]
    await live.claim(await live.reward_id("primeros_pasos"))
    later = [(line.reward.name, line.status) for line in await live.lines()]

    assert [
        ("Primeros Pasos", UserRewardStatus.UNLOCKED, Progress(1, 1)),
        ("Ahorrador Principiante", None, Progress(65, 100)),
        ("Racha de 7 Días", None, Progress(0, 7)),
    ] == fresh
    assert [
        ("Ahorrador Principiante", None),
        ("Racha de 7 Días", None),
        ("Primeros Pasos", UserRewardStatus.CLAIMED),
    ] == later
