"""Shutdown on signals, on loops that take signal handlers and on those that do not."""

import asyncio
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from bot.shutdown import stop_on_signals, unless_stopped


class WindowsLoop(asyncio.SelectorEventLoop):
    """A loop as on Windows, which takes no signal handlers."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:
        """Refuse."""
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Leave the process with the handlers that it had."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("loop", [asyncio.SelectorEventLoop, WindowsLoop])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_sets_the_event(
    loop: type[asyncio.SelectorEventLoop], number: signal.Signals
) -> None:
    """Whatever waits ends, and whoever waited is told by None."""

    async def wait() -> None:
        stop = stop_on_signals()
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)
        assert None is await asyncio.wait_for(unless_stopped(asyncio.sleep(60, "late"), stop), 30)
        assert stop.is_set()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(wait())


async def test_work_that_is_done_first() -> None:
    """Its result is returned."""
    assert 7 == await unless_stopped(asyncio.sleep(0, 7), asyncio.Event())
