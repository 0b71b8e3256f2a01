"""Arrivals: how long Telegram may be silent, and which updates wait."""

from bot.monitoring.arrivals import Arrivals


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_silence() -> None:
    """Updates can be expected from Telegram's first answer until it has said nothing for long."""
    clock = Clock()
    arrivals = Arrivals(silence=75, clock=clock)

    before = arrivals.problem
    arrivals.seen()
    heard = arrivals.problem
    clock.now += 76
    silent = arrivals.problem
    arrivals.seen([7])

    assert "Telegram has not answered yet" == before
    assert (None, "Telegram has not answered for 76 s", None) == (heard, silent, arrivals.problem)


def test_no_room() -> None:
    """Telegram's silence is no fault of its own while it is asked nothing, for an old update."""
    clock = Clock()
    arrivals = Arrivals(silence=75, clock=clock)
    arrivals.seen([7])
    arrivals.is_full = True
    clock.now += 75
    busy = arrivals.problem, arrivals.jam
    clock.now += 1
    jammed = arrivals.problem, arrivals.jam
    arrivals.is_full = False

    assert (None, None) == busy
    why = "an update has waited for 76 s, and Telegram gives no more before it is handled"
    assert (why, why) == jammed
    assert ("Telegram has not answered for 76 s", None) == (arrivals.problem, arrivals.jam)


def test_fault_of_the_webhook_until_an_update_comes() -> None:
    """What Telegram complains of is over with the next update."""
    arrivals = Arrivals()
    arrivals.told(pending=3, fault="Telegram cannot deliver")
    arrivals.seen()
    during = arrivals.problem
    arrivals.seen([1])

    assert ("Telegram cannot deliver", None, 3) == (during, arrivals.problem, arrivals.pending)


def test_waiting_updates() -> None:
    """One that comes again has waited since it came first, and none beyond a thousand is kept."""
    clock = Clock()
    arrivals = Arrivals(clock=clock)
    arrivals.seen([1, 2])
    clock.now += 5
    arrivals.seen([1, 3])
    both = arrivals.waiting, arrivals.oldest
    for update_id in (1, 2, 4):
        arrivals.done(update_id)
    one = arrivals.waiting, arrivals.oldest
    arrivals.seen(range(5000))

    assert ((3, 5.0), (1, 0.0), 1000) == (both, one, arrivals.waiting)
    assert 0.0 == Arrivals(clock=clock).oldest
