"""Graceful shutdown: SIGINT and SIGTERM end what waits, and let what is at work be finished."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")
#: Seconds that what is at work gets after the stop: service managers kill after ten.
GRACE: Final = 5.0


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set.

    A process that handles no SIGTERM ignores it when it is the first one of a container.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(signal_number, stop.set)
        except NotImplementedError:  # on Windows
            signal.signal(signal_number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


async def finished_in_time(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Run `work`, which ends by itself after the stop, or is cancelled `GRACE` seconds later."""
    async with _racing(work, stop) as working:
        done, _ = await asyncio.wait([working], timeout=GRACE if stop.is_set() else None)
        if done:
            working.result()
        else:
            logger.warning("what is at work did not end within %g s and is given up", GRACE)


async def unless_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """Return what `work` returns, or None when the stop came first and it was cancelled."""
    async with _racing(work, stop) as working:
        return working.result() if working.done() else None


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Do `work` while the block runs, and cancel it then."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def _racing(
    work: Coroutine[Any, Any, T], stop: asyncio.Event
) -> AsyncIterator[asyncio.Task[T]]:
    """Give the task of `work` once it is done or `stop` is set; cancel it at the end."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        yield working
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
