"""News: a level that was reached, and a long streak that is over."""

from bot.gamification.streaks import LostStreak
from tests.support.economy import LiveEconomy


async def test_level(live: LiveEconomy) -> None:
    """Whoever reaches a level hears of it once, by a reaction as by the gift."""
    await live.set(besitos_per_reaction=60, besitos_daily_base=0)

    levels = [(await live.react(message_id)).news.level for message_id in range(3)]
    gift = await live.take_gift()

    assert [None, 2, None] == levels
    assert (230, None) == (gift.account.total_earned, gift.level)
    await live.set(besitos_daily_gift=200)
    live.clock.advance(days=1)
    assert 3 == (await live.take_gift()).level


async def test_lost_streak_of_gifts(live: LiveEconomy) -> None:
    """A streak of a week or more is not lost without a word, nor is its record."""
    for _ in range(9):
        assert None is (await live.take_gift()).lost
        live.clock.advance(days=1)
    live.clock.advance(days=1)

    lost = (await live.take_gift()).lost
    live.clock.advance(days=2)
    short = (await live.take_gift()).lost

    assert (LostStreak(9, 9), None) == (lost, short)


async def test_lost_streak_of_reactions(live: LiveEconomy) -> None:
    """The first reaction after a long streak says so, the second one does not."""
    for day in range(8):
        await live.react(day)
        live.clock.advance(days=1)
    live.clock.advance(days=3)

    assert [LostStreak(8, 8), None] == [(await live.react(n)).news.lost for n in (100, 101)]


async def test_late_day(live: LiveEconomy) -> None:
    """A day that is told late is no loss."""
    for _ in range(8):
        await live.take_gift()
        live.clock.advance(days=1)
    missed = live.clock.now
    live.clock.advance(days=1)

    assert None is (await live.take_gift(acted_at=missed)).lost
    assert None is (await live.take_gift()).lost
