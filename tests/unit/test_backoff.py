"""Retry delays."""

import asyncio
import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import delays, end, persistently, sleep_unless

seconds = st.floats(0.001, 1000)
shares = st.floats(0, 1)


def test_delays_double_up_to_the_longest() -> None:
    """Without luck each delay is the whole of its bound."""
    whole = delays(first=0.5, longest=3, jitter=lambda: 1)

    assert [0.5, 1, 2, 3, 3] == list(islice(whole, 5))


def test_first_delay_is_never_longer_than_the_longest() -> None:
    """A first bound over the last one is cut."""
    assert [2] == list(islice(delays(first=5, longest=2, jitter=lambda: 1), 1))


def test_deadline_counts_from_the_call() -> None:
    """What the first attempt took is part of the time."""
    now = [100.0]
    waits = delays(first=1, longest=1, timeout=2, jitter=lambda: 1, clock=lambda: now[0])
    now[0] = 101.5

    assert 0.5 == next(waits)
    now[0] = 102
    assert [] == list(waits)


def test_no_time_is_no_delay() -> None:
    """Whoever may not wait tries once."""
    assert [] == list(delays(first=1, longest=1, timeout=0))


@given(first=seconds, longest=seconds, luck=st.lists(shares, min_size=1, max_size=60))
def test_jitter_keeps_between_half_and_whole(
    first: float, longest: float, luck: list[float]
) -> None:
    """Each delay is within its bound, and the bounds never shrink."""
    given_luck = iter(luck)
    waits = islice(delays(first=first, longest=longest, jitter=lambda: next(given_luck)), len(luck))

    for number, wait in enumerate(waits):
        bound = min(math.ldexp(first, number), longest)
        assert bound / 2 <= wait <= bound


@given(first=seconds, longest=seconds, timeout=seconds, luck=shares)
def test_delays_add_up_to_the_timeout(
    first: float, longest: float, timeout: float, luck: float
) -> None:
    """Whoever sleeps as told makes the last attempt at the deadline, and none after it."""
    now = [0.0]
    shortest = min(first, longest) / 2
    for wait in islice(
        delays(
            first=first, longest=longest, timeout=timeout, jitter=lambda: luck, clock=lambda: now[0]
        ),
        1000,
    ):
        assert 0 < wait <= timeout - now[0]
        now[0] += wait

    assert math.isclose(now[0], timeout) or now[0] >= 1000 * shortest * (1 - 1e-9)


async def test_sleep_ends_with_the_stop() -> None:
    """A stop wakes up whoever sleeps, or keeps them from falling asleep."""
    stop = asyncio.Event()
    asleep = asyncio.create_task(sleep_unless(stop, 3600))
    await asyncio.sleep(0)
    stop.set()

    assert await asleep
    assert await sleep_unless(stop, 3600)


async def test_sleep_without_a_stop() -> None:
    """Nobody stopped: the time is over."""
    assert not await sleep_unless(asyncio.Event(), 0)


async def test_work_that_dies_is_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it dies of is logged as an error, each time, until it ends by itself."""
    fates = iter([RuntimeError("odd"), ValueError("odder"), None])

    async def work() -> None:
        if fate := next(fates):
            raise fate

    await persistently(work, first=0)

    assert [] == list(fates)
    deaths = [str(one.exc_info[1]) for one in caplog.records if one.exc_info]
    assert (["odd", "odder"], {"ERROR"}) == (deaths, {one.levelname for one in caplog.records})


async def test_cancelled_work_is_over(caplog: pytest.LogCaptureFixture) -> None:
    """Who cancels it is no failure."""
    task = asyncio.create_task(persistently(asyncio.Event().wait))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    assert (True, []) == (task.cancelled(), caplog.records)


async def test_end_of_what_fails_while_it_is_cancelled() -> None:
    """An error in the place of the cancellation neither begins the work again nor is raised."""

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionError

    task = asyncio.create_task(persistently(work, first=0))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await end(task)

    assert isinstance(task.exception(), ConnectionError)


async def test_end_of_what_goes_on() -> None:
    """Who takes a cancellation for something else is cancelled again."""
    lost = []

    async def work() -> None:
        while len(lost) < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                lost.append(error)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await end(task)

    assert 2 == len(lost)
