"""How often something is said that strangers can cause."""

from bot.throttle import Throttle


def test_due_at_once_and_then_once_a_period() -> None:
    """What was not said is in the next number, and nothing is forgotten."""
    now = 100.0
    throttle = Throttle(60, clock=lambda: now)

    first = [throttle.due() for _ in range(5)]
    now += 60
    later = [throttle.due() for _ in range(2)]

    assert ([1, 0, 0, 0, 0], [5, 0]) == (first, later)
    assert 1 == throttle.pending
