"""Several real processes make the same member's moves on one database at the same moment."""

from collections import Counter

from bot.gamification.types import TransactionType
from tests.support import economy_children
from tests.support.economy import LiveEconomy
from tests.support.processes import race

PROCESSES = 4


async def test_same_moves_everywhere(live: LiveEconomy) -> None:
    """Each message, the gift, the claim and each grant is paid once, whoever came first."""
    await live.react(1000)
    reward_id = await live.reward_id("primeros_pasos")
    url = live.engine.url.render_as_string(hide_password=False)

    results = race(PROCESSES, economy_children.burst, url, reward_id)

    assert {
        "ReactionResult": 30 * PROCESSES,
        "ClaimResult": 1,
        "NotClaimable": 5 * PROCESSES - 1,
        "GiftResult": 1,
        "GiftAlreadyTaken": 5 * PROCESSES - 1,
        "Posted": 5 * PROCESSES,
    } == sum(results, Counter())
    paid = Counter(kind for kind, _ in await live.ledger())
    assert {
        TransactionType.REACTION: 20,
        TransactionType.ACTIVITY_BONUS: 1,
        TransactionType.REWARD: 1,
        TransactionType.DAILY_GIFT: 1,
        TransactionType.ADMIN_GRANT: 5,
    } == paid
    assert 20 * 5 + 20 + 10 + 50 + 5 * 3 == (await live.account()).balance
    await live.assert_books_balance()
