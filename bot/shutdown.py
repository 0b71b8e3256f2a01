"""Graceful shutdown: SIGINT and SIGTERM end what waits, and let what is at work be finished."""

import asyncio
import errno
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

from bot.backoff import end

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


def leave_threads_behind() -> None:
    """Let the running loop, and the process, end beside a thread of the loop's that hangs.

    A resolver takes as long as it likes to say that nobody answers, and could not be cancelled.
    """
    asyncio.get_running_loop().set_default_executor(_DaemonThreads())


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
    """Do `work` while the block runs, and cancel it then; what it dies of is logged.

    Work that keeps a promise should be done `persistently`.
    """
    task = asyncio.create_task(work)
    task.add_done_callback(_log_death)
    try:
        yield task
    finally:
        await end(task)


def _log_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        name = getattr(task.get_coro(), "__qualname__", task.get_name())
        logger.error("%s has failed, and is not done any more", name, exc_info=error)


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


class _DaemonThreads(ThreadPoolExecutor):
    """A daemon thread for each call, which neither a hanging one nor the end of all waits for.

    It is no pool, whose threads the interpreter joins, but asyncio takes nothing else.
    """

    def submit(self, work: Callable[..., T], /, *args: Any, **names: Any) -> Future[T]:
        """Begin at once."""
        future: Future[T] = Future()
        call = partial(_fulfil, future, partial(work, *args, **names))
        try:
            threading.Thread(target=call, daemon=True).start()
        except RuntimeError as error:  # as many threads as the process may have
            future.set_exception(OSError(errno.EAGAIN, str(error)))
        return future


def _fulfil(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whatever it is, who waits has to hear of it
        future.set_exception(error)
