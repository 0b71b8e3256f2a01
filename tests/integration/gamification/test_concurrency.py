"""Fifty tasks at once, each in a transaction of its own: nothing is paid twice, nothing lost."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.types import ConditionType, TransactionType, UserRewardStatus
from tests.support.economy import ANA, LiveEconomy, count_rows

T = TypeVar("T")
TASKS = 50


async def at_once(moves: list[Awaitable[T]]) -> list[T | BaseException]:
    """Run all of them together and return results and exceptions."""
    return await asyncio.gather(*moves, return_exceptions=True)


def outcomes(results: list[T | BaseException]) -> Counter[str]:
    """Count results and exceptions by the name of their class."""
    return Counter(type(result).__name__ for result in results)


@pytest.mark.parametrize("is_known", [True, False])
async def test_same_message(live: LiveEconomy, *, is_known: bool) -> None:
    """Of fifty reactions to one message one is paid, for a newcomer too."""
    if is_known:
        await live.account()

    results = await at_once([live.react(1) for _ in range(TASKS)])

    assert {"ReactionResult": TASKS} == outcomes(results)
    assert [
        (TransactionType.REACTION, 5),
        (TransactionType.ACTIVITY_BONUS, 20),
    ] == await live.ledger()
    await live.assert_books_balance()


async def test_same_gift(live: LiveEconomy) -> None:
    """Of fifty attempts at today's gift one gets it."""
    await live.account()

    results = await at_once([live.take_gift() for _ in range(TASKS)])

    assert {"GiftResult": 1, "GiftAlreadyTaken": TASKS - 1} == outcomes(results)
    assert {1} == {one.streak for one in results if isinstance(one, GiftAlreadyTaken)}
    assert [(TransactionType.DAILY_GIFT, 50)] == await live.ledger()
    await live.assert_books_balance()


async def test_same_claim(live: LiveEconomy) -> None:
    """Of fifty claims of one reward one pays; all others hear that it was claimed."""
    await live.react(1)
    reward_id = await live.reward_id("primeros_pasos")

    results = await at_once([live.claim(reward_id) for _ in range(TASKS)])

    assert {"ClaimResult": 1, "NotClaimable": TASKS - 1} == outcomes(results)
    assert {UserRewardStatus.CLAIMED} == {
        one.status for one in results if isinstance(one, NotClaimable)
    }
    assert 35 == (await live.account()).balance
    await live.assert_books_balance()


async def test_same_claim_while_reacting(live: LiveEconomy) -> None:
    """Claims that race with reactions, whose unlocking sees the same reward, pay once."""
    await live.set(max_reactions_per_day=1000)
    await live.react(1)
    reward_id = await live.reward_id("primeros_pasos")
    reactions = [live.react(message_id) for message_id in range(2, TASKS + 2)]
    claims = [live.claim(reward_id) for _ in range(TASKS)]

    mixed = [move for pair in zip(claims, reactions, strict=True) for move in pair]
    results = await at_once(mixed)

    assert {"ClaimResult": 1, "NotClaimable": TASKS - 1, "ReactionResult": TASKS} == outcomes(
        results
    )
    assert 1 == sum(kind is TransactionType.REWARD for kind, _ in await live.ledger())
    assert 5 * (TASKS + 1) + 20 + 10 == (await live.account()).balance
    await live.assert_books_balance()


async def test_different_messages(live: LiveEconomy) -> None:
    """Fifty reactions to fifty messages are all paid when the day allows that many."""
    await live.set(max_reactions_per_day=TASKS)
    await live.account()

    results = await at_once([live.react(message_id) for message_id in range(TASKS)])

    assert {"ReactionResult": TASKS} == outcomes(results)
    assert TASKS == await count_rows(live.engine, "user_reactions")
    assert 5 * TASKS + 20 == (await live.account()).balance
    await live.assert_books_balance()


async def test_daily_limit(live: LiveEconomy) -> None:
    """Of fifty reactions to fifty messages as many are paid as a day allows, and no more."""
    await live.account()

    results = await at_once([live.react(message_id) for message_id in range(TASKS)])

    assert {"ReactionResult": TASKS} == outcomes(results)
    assert 20 == sum(kind is TransactionType.REACTION for kind, _ in await live.ledger())
    assert 5 * 20 + 20 == (await live.account()).balance
    await live.assert_books_balance()


async def test_unlocked_once(live: LiveEconomy) -> None:
    """Of fifty actions that could unlock a reward one does, so the member is told once."""
    await live.account()
    await live.add_reward("Nivel uno", (ConditionType.LEVEL_REACHED, 1))

    results = await at_once([live.act() for _ in range(TASKS)])

    assert 1 == sum(result == ["Nivel uno"] for result in results)
    assert 1 == await count_rows(live.engine, "user_rewards", f"user_id = {ANA}")


async def test_many_members(live: LiveEconomy) -> None:
    """Newcomers who arrive together, each with a burst of their own, are all paid in full."""
    members = range(1, 11)

    results = await at_once([live.react(1 + n % 5, user) for n in range(10) for user in members])

    assert {"ReactionResult": 100} == outcomes(results)
    assert [45] * 10 == [(await live.account(user)).balance for user in members]
    await live.assert_books_balance()
