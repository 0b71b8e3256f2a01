"""Claiming: exactly once, in time, by whom it belongs to."""

import pytest
from sqlalchemy import update

from bot.gamification.models import RewardRow
from bot.gamification.profile import account_view
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.gamification.types import ConditionType, RewardType, TransactionType, UserRewardStatus
from tests.support.economy import ANA, LUIS, LiveEconomy, count_rows

U, C, E = UserRewardStatus.UNLOCKED, UserRewardStatus.CLAIMED, UserRewardStatus.EXPIRED
POINTS = ConditionType.TOTAL_POINTS


async def refusal(live: LiveEconomy, reward_id: int, user_id: int = ANA) -> UserRewardStatus | None:
    """Return why a claim is refused; it must be, and change nothing."""
    before = (await live.account(user_id), await live.ledger(user_id))
    with pytest.raises(NotClaimable) as caught:
        await live.claim(reward_id, user_id)
    assert before == (await live.account(user_id), await live.ledger(user_id))
    return caught.value.status


async def status(live: LiveEconomy, reward_id: int) -> UserRewardStatus | None:
    lines = {line.reward.id: line.status for line in await live.lines()}
    return lines[reward_id]


async def test_pays_once(live: LiveEconomy) -> None:
    """The first claim pays through the ledger; the second hears that it was claimed."""
    await live.react(1)
    reward_id = await live.reward_id("primeros_pasos")

    result = await live.claim(reward_id)

    assert (10, "Primeros Pasos", 35) == (result.paid, result.reward.name, result.account.balance)
    assert (TransactionType.REWARD, 10) == (await live.ledger())[-1]
    assert result.account == await live.account()
    assert C is await refusal(live, reward_id)
    await live.assert_books_balance()


async def test_badge(live: LiveEconomy) -> None:
    """A badge pays nothing and shows in the profile, from the claim on."""
    await live.take_gift()
    live.clock.advance(days=1)
    await live.take_gift()
    before = await badges(live)

    result = await live.claim(await live.reward_id("ahorrador_principiante"))

    assert (0, 110) == (result.paid, result.account.balance)
    assert [(), (("💰", "ahorrador"),)] == [before, await badges(live)]


async def test_not_unlocked(live: LiveEconomy) -> None:
    """Forged presses for rewards that are locked or do not exist are refused."""
    reward_id = await live.reward_id("racha_7_dias")

    assert [None] * 4 == [await refusal(live, one) for one in (reward_id, 0, -1, 10**12)]
    assert 0 == await count_rows(live.engine, "user_rewards")


async def test_foreign(live: LiveEconomy) -> None:
    """What one member unlocked no other can claim, and it stays the first one's."""
    await live.react(1)
    reward_id = await live.reward_id("primeros_pasos")

    assert None is await refusal(live, reward_id, LUIS)
    assert 10 == (await live.claim(reward_id)).paid


async def test_last_moment(live: LiveEconomy) -> None:
    """One microsecond before `expires_at` a claim pays."""
    await live.react(1)
    live.clock.advance(hours=168, microseconds=-1)

    assert 10 == (await live.claim(await live.reward_id("primeros_pasos"))).paid


async def test_too_late(live: LiveEconomy) -> None:
    """At `expires_at` it is expired, for good: it says so, and no action brings it back."""
    await live.react(1)
    reward_id = await live.reward_id("primeros_pasos")
    live.clock.advance(hours=168)

    assert E is await refusal(live, reward_id)
    assert E is await status(live, reward_id)
    assert () == (await live.react(2)).unlocked
    assert [] == await live.act()
    assert E is await refusal(live, reward_id)


async def test_claimed_never_unlocks_again(live: LiveEconomy) -> None:
    """A claimed one-shot reward stays claimed through every further action, for a year."""
    await live.react(1)
    reward_id = await live.reward_id("primeros_pasos")
    await live.claim(reward_id)

    for message_id in range(2, 6):
        live.clock.advance(days=90)
        assert reward_id not in [one.id for one in (await live.react(message_id)).unlocked]

    assert C is await status(live, reward_id)
    assert C is await refusal(live, reward_id)


async def test_retired_stays_claimable(live: LiveEconomy) -> None:
    """Retiring a reward takes it from nobody who has unlocked it."""
    await live.react(1)
    await live.edit(update(RewardRow).values(is_active=False))

    assert 10 == (await live.claim(await live.reward_id("primeros_pasos"))).paid


async def test_claim_unlocks_the_next(live: LiveEconomy) -> None:
    """What a claim pays may unlock another reward in the same transaction."""
    await live.add_reward("Cadena", (POINTS, 35))
    await live.react(1)

    result = await live.claim(await live.reward_id("primeros_pasos"))

    assert ["Cadena"] == [reward.name for reward in result.unlocked]


async def test_repeatable_needs_its_condition_anew(live: LiveEconomy) -> None:
    """A repeatable reward comes again after as many besitos more, and pays each time."""
    reward_id = await live.add_reward("Cada 100", (POINTS, 100), is_repeatable=True)
    unlocked_at = []
    for step in range(1, 10):
        await live.move(25, f"grant:{step}")
        if await live.act():
            live.clock.advance(hours=1)
            await live.claim(reward_id)
            unlocked_at.append((await live.account()).total_earned - 7)

    # 100, then 100 more than then: the 7 besitos of the claim itself count as well.
    assert [100, 207] == unlocked_at
    assert 2 == sum(kind is TransactionType.REWARD for kind, _ in await live.ledger())
    await live.assert_books_balance()


async def test_repeatable_that_expired(live: LiveEconomy) -> None:
    """An expired repeatable reward is not lost for good: it comes when met anew."""
    reward_id = await live.add_reward("Otra vez", (POINTS, 50), is_repeatable=True)
    await live.take_gift()
    live.clock.advance(hours=48)

    assert E is await refusal(live, reward_id)
    assert [] == await live.act()
    assert "Otra vez" in [one.name for one in (await live.take_gift()).unlocked]
    assert 7 == (await live.claim(reward_id)).paid


async def test_expiry_is_written_with_the_next_action(live: LiveEconomy) -> None:
    """Whoever reads the table sees EXPIRED, and what can still be claimed stays as it is."""
    await live.react(1)
    live.clock.advance(hours=168)
    before = await count_rows(live.engine, "user_rewards", "status = 'UNLOCKED'")
    await live.take_gift()
    await live.add_reward("Otra", (POINTS, 1))
    await live.react(2)

    assert 1 == before
    assert 1 == await count_rows(live.engine, "user_rewards", "status = 'EXPIRED'")
    assert E is await status(live, await live.reward_id("primeros_pasos"))
    assert U is await status(live, await live.reward_id("Otra"))


async def test_repeatable_waits_for_its_claim(live: LiveEconomy) -> None:
    """While it can be claimed it does not unlock a second time, whatever is earned."""
    await live.add_reward("Otra vez", (POINTS, 50), is_repeatable=True)
    await live.take_gift()
    await live.move(1000, "grant")

    assert ["Ahorrador Principiante"] == await live.act()


async def test_repeatable_badge_stays(live: LiveEconomy) -> None:
    """A badge that was claimed stays in the profile when its reward unlocks once more."""
    fields = {"reward_type": RewardType.BADGE, "is_repeatable": True}
    value = {"badge_name": "fiel", "emoji": "🔥"}
    reward_id = await live.add_reward("Fiel", (POINTS, 50), reward_value=value, **fields)
    await live.take_gift()
    await live.claim(reward_id)
    live.clock.advance(days=1)
    unlocked = (await live.take_gift()).unlocked

    assert "Fiel" in [reward.name for reward in unlocked]
    assert (("🔥", "fiel"),) == await badges(live)


async def badges(live: LiveEconomy) -> tuple[tuple[str, str], ...]:
    async with live.turn() as (economy, member):
        return account_view(economy, member).badges


async def test_repeatable_does_not_feed_itself(live: LiveEconomy) -> None:
    """What rewards pay does not count towards having one again, not even two in turn."""
    earn_ten = (POINTS, 10)
    again = {"is_repeatable": True, "reward_value": {"amount": 10}}
    first = await live.add_reward("First", earn_ten, **again)
    second = await live.add_reward("Second", earn_ten, **again)
    await live.react(1)  # 5, and 20 for the day

    paid = [(await live.claim(one)).paid for one in (first, second)]
    refused = [await refusal(live, one) for one in (first, second)]
    await live.react(2)
    await live.react(3)

    assert [10, 10] == paid
    assert [C, C] == refused
    assert [U, U] == [await status(live, one) for one in (first, second)]
