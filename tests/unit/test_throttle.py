"""How often something is said and done that strangers can cause."""

from bot.throttle import Allowance, Throttle


def test_due_at_once_and_then_once_a_period() -> None:
    """What was not said is in the next number, and nothing is forgotten."""
    now = 100.0
    throttle = Throttle(60, clock=lambda: now)

    first = [throttle.due() for _ in range(5)]
    now += 60
    later = [throttle.due() for _ in range(2)]

    assert ([1, 0, 0, 0, 0], [5, 0]) == (first, later)
    assert 1 == throttle.pending


def test_allowance() -> None:
    """Each key has so many at once, and gets one back every period, or when nothing came of it."""
    now = 100.0
    allowance = Allowance(2, 20, clock=lambda: now)

    first = [allowance.use("a") for _ in range(3)] + [allowance.use("b")]
    allowance.give_back("b")
    again = [allowance.use("b") for _ in range(3)]
    now += 20
    later = [allowance.use("a") for _ in range(2)]
    now += 1000
    rested = [allowance.use("a") for _ in range(3)]

    assert [True, True, False, True] == first
    assert [True, True, False] == again
    assert [True, False] == later
    assert [True, True, False] == rested


def test_allowance_forgets() -> None:
    """Keys that have all theirs back are not kept, however many come."""
    now = 0.0
    allowance = Allowance(3, 20, clock=lambda: now)

    for number in range(10_000):
        now = number / 10
        allowance.use(number)

    assert len(allowance) <= 1000
