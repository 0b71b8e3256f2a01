"""Retry delays with jitter, ended by a deadline or a stop, and work that is begun again.

    for pause in delays(first=0.2, longest=5, timeout=30):
        try:
            return await work()
        except Passing:
            await sleep_unless(stop, pause)

A number of attempts is `itertools.islice(delays(…), attempts)`; to begin with short delays again,
make them anew.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterator

logger = logging.getLogger(__name__)

#: Seconds that a cancelled task gets for its end.
_PATIENCE = 4.0


def delays(
    *,
    first: float,
    longest: float,
    timeout: float = math.inf,
    jitter: Callable[[], float] = random.random,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[float]:
    """Return an iterator of seconds to wait, which ends `timeout` seconds from now.

    Each delay is between the half and the whole of a bound (`jitter` gives 0 to 1), so that many
    who failed at once do not come back at once. The bound doubles from `first` to `longest`. The
    last delay ends at the deadline: there is one more attempt after it, and no delay thereafter.
    """
    return _until(clock() + timeout, first, longest, jitter, clock)


def _until(
    deadline: float,
    bound: float,
    longest: float,
    jitter: Callable[[], float],
    clock: Callable[[], float],
) -> Iterator[float]:
    while (left := deadline - clock()) > 0:
        bound = min(bound, longest)
        yield min(bound * (1 + jitter()) / 2, left)
        bound *= 2


async def sleep_unless(stop: asyncio.Event, seconds: float) -> bool:
    """Sleep, but no longer than until `stop` is set; return whether it is."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def persistently(
    work: Callable[[], Awaitable[object]], *, first: float = 1.0, longest: float = 60.0
) -> None:
    """Do `work` to its end, and from the beginning whenever it dies of what nobody foresaw.

    For what keeps a promise as long as the process lives. The pauses in between grow from `first`
    to `longest`, in seconds.
    """
    pauses = delays(first=first, longest=longest)
    while True:
        began = time.monotonic()
        try:
            await work()
        except Exception:
            if (task := asyncio.current_task()) and task.cancelling():
                raise  # it came in the place of the cancellation
            if time.monotonic() - began > longest:  # it was well for long
                pauses = delays(first=first, longest=longest)
            pause = next(pauses)
            name = getattr(work, "__qualname__", work)
            logger.exception("%s has failed, and begins again in %.1f s", name, pause)
        else:
            return
        await asyncio.sleep(pause)


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end; what it ends with is not raised.

    An error that comes at the same time may hide the cancellation, so there are more of them. They
    are rare, for each may interrupt a rollback.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PATIENCE)
